//! The agents that can be told to go on with a session, one module each.

mod claude;
mod codex;
mod gemini;
mod opencode;
mod pi;
mod qwen;
