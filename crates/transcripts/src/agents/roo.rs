//! Roo Code, and Kilo's older extension, which grew out of it: tasks in the folder of an
//! editor's extension, in the form of Cline's, from which both were made.

use super::cline::tasks;
use crate::{Form, Reader};

inventory::submit! {
    Reader {
        tool: "roo-code",
        name: "Roo Code",
        doc: "Roo Code's tasks, in the folders of VS Code and its relatives",
        version: 1,
        places: |home| tasks::places(home, "rooveterinaryinc.roo-cline"),
        accepts: tasks::accepts,
        main_file: tasks::main_file,
        beside: |_, _, _| None,
        keeps: |_| None,
        form: Form::Document(tasks::records),
    }
}

inventory::submit! {
    Reader {
        tool: "kilo",
        name: "Kilo",
        doc: "Kilo's older tasks, in the folders of VS Code and its relatives",
        version: 1,
        places: |home| tasks::places(home, "kilocode.kilo-code"),
        accepts: tasks::accepts,
        main_file: tasks::main_file,
        beside: |_, _, _| None,
        keeps: |_| None,
        form: Form::Document(tasks::records),
    }
}
