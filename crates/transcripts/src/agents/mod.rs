//! The agents whose transcripts are read, one module each.

mod claude;
mod cline;
mod codex;
mod continued;
mod copilot;
mod droid;
mod gemini;
mod kimi;
mod opencode;
mod pi;
mod qwen;
