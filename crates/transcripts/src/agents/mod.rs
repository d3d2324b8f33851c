//! The agents whose transcripts are read, one module each.

mod chatgpt;
mod claude;
mod claude_ai;
mod cline;
mod codex;
mod continued;
mod copilot;
mod crush;
mod cursor;
mod droid;
mod gemini;
mod goose;
mod kimi;
mod opencode;
mod pi;
mod qwen;
mod roo;
mod vscode;
mod zed;
