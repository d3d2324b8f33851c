//! Comments, where what they are about is shown.

use driftline_conversation::{
    Conversation,
    threads::{Remark, Thread},
};
use driftline_core::{Id, SyncEntity as _};
use driftline_entities::comments::Comment;
use driftline_text::count_of;
use maud::{Markup, html};

use super::prose;
use crate::{
    Request,
    parts::{Room, day_and_time, line},
};

/// What was said about one thing: folded once it is settled.
pub(super) fn thread(request: &Request<'_>, thread: &Thread, room: &Room) -> Markup {
    let first = thread.remarks.first().map(|it| it.id.to_string()).unwrap_or_default();
    let key = format!("t-{first}");
    html! {
        @if thread.is_resolved() {
            details.fold.thread.thread--settled data-key=(key) {
                summary { "Resolved: " (count_of(thread.remarks.len(), "comment", "comments")) }
                (remarks(request, thread, room))
                button.btn data-post={ "/comments/" (first) "/reopen" } { "Open again" }
            }
        } @else {
            section.thread aria-label="Comments" data-key=(key) {
                (remarks(request, thread, room))
                div.bar {
                    details.reply data-focus {
                        summary.btn { "Reply" }
                        (fields(thread.session, thread.message, "Reply"))
                    }
                    button.btn data-post={ "/comments/" (first) "/resolve" } data-k="e" { "Resolve" }
                }
            }
        }
    }
}

fn remarks(request: &Request<'_>, thread: &Thread, room: &Room) -> Markup {
    html! { @for it in &thread.remarks { (remark(request, it, room)) } }
}

fn remark(request: &Request<'_>, remark: &Remark, room: &Room) -> Markup {
    let whole = format!("/e/{}/{}/body", Comment::NAME, remark.id);
    html! {
        article.comment id={ "c-" (remark.id) } {
            div.msg-head {
                strong dir="auto" { (line(remark.author.as_deref().unwrap_or("Somebody"))) }
                @if let Some(at) = remark.at { span.msg-time { (day_and_time(request, at.0)) } }
                span.msg-actions {
                    button.btn.btn--bare data-post={ "/comments/" (remark.id) "/delete" } { "Delete" }
                }
            }
            div.prose dir="auto" { (room.put(&remark.body, &whole, prose::prose)) }
        }
    }
}

/// What was said about the session as a whole, and about messages that are not shown any
/// more.
pub(super) fn of_session(
    request: &Request<'_>,
    session: Id,
    threads: &[Thread],
    conversation: &Conversation,
) -> Markup {
    let room = Room::default();
    let lost = |it: &&Thread| it.message.is_some_and(|it| conversation.place(it).is_none());
    html! {
        section.session-comments #comments aria-labelledby="comments-title" {
            h2 #comments-title { "Comments on this session" }
            @for it in threads.iter().filter(|it| it.message.is_none()) { (thread(request, it, &room)) }
            @for it in threads.iter().filter(lost) {
                p.hint { "On a message that is not shown any more:" }
                (thread(request, it, &room))
            }
            button.btn type="button" data-comment data-session=(session) { "Comment" }
        }
    }
}

/// The form that the script shows for a message or the session.
pub(super) fn form() -> Markup {
    html! {
        template #comment-form {
            dialog.dialog aria-labelledby="comment-title" {
                h2 #comment-title { "Comment" }
                form data-post="/comments" data-clear {
                    input type="hidden" name="session";
                    input type="hidden" name="message";
                    (body("Comment"))
                    div.bar {
                        button.btn.btn--main type="submit" { "Comment" }
                        button.btn type="button" data-close { "Cancel" }
                        span.hint { "Ctrl+Enter sends it" }
                    }
                }
            }
        }
    }
}

fn fields(session: Id, message: Option<Id>, label: &str) -> Markup {
    html! {
        form data-post="/comments" data-clear {
            input type="hidden" name="session" value=(session);
            @if let Some(message) = message { input type="hidden" name="message" value=(message); }
            (body(label))
            button.btn.btn--main type="submit" { (label) }
        }
    }
}

fn body(label: &str) -> Markup {
    html! {
        div.field {
            label { span.vh { (label) }
                textarea name="body" rows="3" required aria-label=(label) {} }
            p.field-error data-error="body" hidden {}
        }
    }
}
