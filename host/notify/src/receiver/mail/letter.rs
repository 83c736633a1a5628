//! A message as mail. Header fields are encoded by the library; what attackers may have written is on one line before it gets there.

use std::time::{Duration, SystemTime};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use lettre::message::header::{ContentType, HeaderName, HeaderValue};
use lettre::message::{Mailbox, MultiPart, SinglePart};

use crate::Message;
use crate::text;
use net_scout_model::ToldAlert;

/// The most alerts that are listed.
const LISTED: usize = 50;
/// The most bytes of an encoded word, of which at most 75 characters come.
const WORD: usize = 45;
/// The most threads that a mail belongs to.
const THREADS: usize = 10;

/// The mail, whose identity is that of the message, however often it is sent.
pub(super) fn letter(message: &Message, from: &Mailbox, to: &[Mailbox]) -> Result<lettre::Message, String> {
    let domain = from.email.domain();
    let seconds = u64::try_from(message.formed.0.div_euclid(1_000_000)).unwrap_or(0);
    let mut builder = lettre::Message::builder()
        .from(from.clone())
        .date(SystemTime::UNIX_EPOCH + Duration::from_secs(seconds))
        .message_id(Some(format!("<{}@{domain}>", message.key)));
    for mailbox in to {
        builder = builder.to(mailbox.clone());
    }
    let threads: Vec<String> = message.alerts.iter().take(THREADS).map(|alert| thread(alert, domain)).collect();
    if let Some(first) = threads.first() {
        builder = builder.in_reply_to(first.clone()).references(threads.join(" "));
    }
    let letter = match &message.report {
        None => {
            let mut text = text::body(message, LISTED);
            text.push_str("\n\n-- \nSent by net-scout. `net-scout alerts show NUMBER` shows what an alert is about.\n");
            builder.header(ContentType::TEXT_PLAIN).body(text)
        }
        Some(report) => {
            let repeat = if message.may_be_repeat { format!("{}\n\n", text::REPEAT) } else { String::new() };
            let text = format!("{repeat}{}", report.text);
            match &report.page {
                None => builder.header(ContentType::TEXT_PLAIN).body(text),
                Some(page) => builder.multipart(both(text, page.clone())),
            }
        }
    };
    let mut letter = letter.map_err(|error| error.to_string())?;
    // No vacation notice in return (RFC 3834).
    let name = HeaderName::new_from_ascii_str("Auto-Submitted");
    letter.headers_mut().insert_raw(HeaderValue::new(name, "auto-generated".to_owned()));
    letter.headers_mut().insert_raw(subject(message.title()));
    Ok(letter)
}

/// The text for programs that show nothing else, and the page, of which a reader shows one.
fn both(text: String, page: String) -> MultiPart {
    MultiPart::alternative().singlepart(SinglePart::plain(text)).singlepart(SinglePart::html(page))
}

/// The subject. The library encodes words that are not ASCII, and leaves what an attacker wrote in the form of an encoded word (RFC 2047)
/// for readers to decode; here such a title is encoded as a whole.
fn subject(title: String) -> HeaderValue {
    let name = HeaderName::new_from_ascii_str("Subject");
    if title.is_ascii() && !title.contains("=?") {
        return HeaderValue::new(name, title);
    }
    let (mut words, mut rest) = (Vec::new(), title.as_str());
    while !rest.is_empty() {
        let end = (1..=rest.len().min(WORD)).rev().find(|end| rest.is_char_boundary(*end)).unwrap_or(rest.len());
        let (word, behind) = rest.split_at(end);
        words.push(format!("=?utf-8?b?{}?=", STANDARD.encode(word)));
        rest = behind;
    }
    HeaderValue::dangerous_new_pre_encoded(name, title.clone(), words.join("\r\n "))
}

/// The root of the thread of an incident: no mail has this identity, all about the incident refer to it.
fn thread(alert: &ToldAlert, domain: &str) -> String {
    let day: String = alert.created_at.chars().filter(char::is_ascii_digit).collect();
    format!("<alert-{}-{day}@{domain}>", alert.id)
}
