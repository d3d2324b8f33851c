//! Rows and columns for a person.

use unicode_width::UnicodeWidthStr;

use super::{cut, one_line};

/// No column but the first is wider, however wide the terminal is.
const WIDEST: usize = 48;
/// A column that would be narrower is left out.
const NARROWEST: usize = 8;

/// Lays out `rows` under `heads`. The first column holds what is copied (an id) and is
/// never cut; the others are cut and, from the right, left out to fit into `width`.
/// Without a width everything is shown.
pub(crate) fn table(heads: &[&str], rows: &[Vec<String>], width: Option<usize>) -> String {
    let rows: Vec<Vec<String>> =
        rows.iter().map(|row| row.iter().map(|it| one_line(it)).collect()).collect();
    let mut widths: Vec<usize> = heads
        .iter()
        .enumerate()
        .map(|(place, head)| {
            let cells = rows.iter().filter_map(|row| row.get(place)).map(|it| it.width());
            cells.chain([head.width()]).max().unwrap_or(0)
        })
        .collect();
    if let Some(width) = width {
        fit(&mut widths, width);
    }
    let mut text = line(heads.iter().map(|it| it.to_uppercase()), &widths);
    for row in rows {
        text.push('\n');
        text.push_str(&line(row.into_iter(), &widths));
    }
    text
}

fn fit(widths: &mut Vec<usize>, width: usize) {
    let mut left = width;
    let mut kept = 0;
    for (place, it) in widths.iter_mut().enumerate() {
        let gap = if place == 0 { 0 } else { 2 };
        if place > 0 {
            *it = (*it).min(WIDEST);
            if left < gap + (*it).min(NARROWEST) {
                break;
            }
            *it = (*it).min(left - gap);
        }
        left = left.saturating_sub(gap + *it);
        kept = place + 1;
    }
    widths.truncate(kept);
}

fn line(cells: impl Iterator<Item = String>, widths: &[usize]) -> String {
    let mut text = String::new();
    for (place, (cell, width)) in cells.zip(widths).enumerate() {
        if place > 0 {
            text.push_str("  ");
        }
        let cell = if place == 0 { cell.as_str().into() } else { cut(&cell, *width) };
        text.push_str(&cell);
        text.push_str(&" ".repeat(width.saturating_sub(cell.width())));
    }
    text.truncate(text.trim_end().len());
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_never_cut_and_nothing_is_wider_than_the_terminal() {
        let rows = vec![vec!["0123456789".into(), "x".repeat(90), "end".into()]];
        let text = table(&["id", "name", "last"], &rows, Some(30));
        assert!(text.lines().all(|it| it.width() <= 30), "{text}");
        assert!(text.contains("0123456789  "), "{text}");
        assert!(text.contains('…'), "{text}");
        assert!(table(&["id", "name"], &rows, None).contains(&"x".repeat(90)));
    }
}
