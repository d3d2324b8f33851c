//! The command that goes on with a session where its agent left it.

use driftline_entities::{sessions::Session, workspaces::Workspace};
use driftline_text::Shell;

/// The command that goes on with `session`, to be pasted into `shell`: in the folder where
/// it was, or where that is on this device if `workspace` says so. `again` is what its agent
/// is told before the name of a session. None: a name holds what must not get into that shell.
pub fn resume_command(
    session: &Session,
    workspace: Option<&Workspace>,
    again: &[&str],
    shell: Shell,
) -> Option<String> {
    // Agents name their sessions by numbers and letters: what holds anything else is none.
    let name = Shell::Unknown.word(session.external_id.as_deref()?)?;
    let command = format!("{} {name}", again.join(" "));
    match session.cwd.as_deref() {
        Some(folder) => {
            let folder = moved(folder, workspace).unwrap_or_else(|| folder.to_owned());
            shell.within(&folder, &command)
        }
        None => Some(command),
    }
}

/// Where `folder` is on this device, if it is the workspace's or lies in it.
pub(crate) fn moved(folder: &str, workspace: Option<&Workspace>) -> Option<String> {
    let (path, here) = (workspace?.path.as_deref()?, workspace?.here.as_deref()?);
    let rest = folder.strip_prefix(path.trim_end_matches('/'))?;
    let is_in = rest.is_empty() || rest.starts_with('/');
    (is_in && !here.is_empty()).then(|| format!("{}{rest}", here.trim_end_matches('/')))
}

#[cfg(test)]
mod tests {
    use super::*;

    const AGAIN: &[&str] = &["codex", "resume"];

    fn of(name: &str, folder: &str) -> Option<String> {
        let some = |text: &str| (!text.is_empty()).then(|| text.to_owned());
        let session = Session { external_id: some(name), cwd: some(folder), ..Session::default() };
        resume_command(&session, None, AGAIN, Shell::Posix)
    }

    #[test]
    fn a_session_is_resumed_where_its_folder_is_on_this_device() {
        let at = |cwd: &str| {
            let some = |text: &str| Some(text.to_owned());
            let workspace = Workspace {
                path: some("/home/ada/x"),
                here: some("/srv/x/"),
                ..Workspace::default()
            };
            let session =
                Session { external_id: some("4f0c"), cwd: some(cwd), ..Session::default() };
            resume_command(&session, Some(&workspace), AGAIN, Shell::Posix).unwrap()
        };
        assert_eq!(at("/home/ada/x"), "cd /srv/x && codex resume 4f0c");
        assert_eq!(at("/home/ada/x/web"), "cd /srv/x/web && codex resume 4f0c");
        assert_eq!(at("/home/ada/xyz"), "cd /home/ada/xyz && codex resume 4f0c");
    }

    #[test]
    fn a_session_is_resumed_where_it_was() {
        assert_eq!(of("4f0c", "/home/ada/x").unwrap(), "cd /home/ada/x && codex resume 4f0c");
        assert_eq!(of("4f0c", "").unwrap(), "codex resume 4f0c");
        assert_eq!(of("", "/x"), None);
    }

    #[test]
    fn nothing_in_a_name_reaches_the_shell() {
        let hostile = of("4f0c", "/it's; reboot").unwrap();
        assert_eq!(hostile, "cd '/it'\\''s; reboot' && codex resume 4f0c");
        for name in ["$(rm -rf ~)", "a b", "a\nreboot", "--help", "\u{1b}[201~reboot"] {
            assert_eq!(of(name, "/x"), None, "{name:?}");
        }
        let in_shell = |shell| {
            let session = Session {
                external_id: Some("4f0c".into()),
                cwd: Some("/w\\'; touch X; #".into()),
                ..Session::default()
            };
            resume_command(&session, None, AGAIN, shell)
        };
        assert_eq!(
            in_shell(Shell::Fish).unwrap(),
            "cd '/w\\\\\\'; touch X; #' && codex resume 4f0c"
        );
        assert_eq!(
            in_shell(Shell::PowerShell).unwrap(),
            "Set-Location -LiteralPath '/w\\''; touch X; #' -ErrorAction Stop; codex resume 4f0c"
        );
        assert_eq!(in_shell(Shell::Unknown), None);
    }
}
