//! Code with its parts told apart: comments, strings, numbers and keywords. It knows
//! what languages have in common and a few words of each, not their grammar: enough to
//! read by, in a hundredth of the weight of a library of grammars.

/// The most bytes that are looked at; longer code is shown as it is.
const LONGEST: usize = 50_000;
/// The most characters of a string on one line.
const STRING: usize = 1_000;

/// What a part of a piece of code is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Token {
    /// Anything else.
    Plain,
    /// A comment.
    Comment,
    /// A string.
    Text,
    /// A number.
    Number,
    /// A word of the language.
    Keyword,
}

/// What is known of a language.
struct Language {
    names: &'static [&'static str],
    /// What begins a comment that ends with its line.
    line: &'static [&'static str],
    /// What begins and ends other comments.
    block: Option<(&'static str, &'static str)>,
    quotes: &'static [char],
    /// Quotes that can span lines.
    long: &'static [&'static str],
    words: &'static str,
    /// Whether case makes no difference in its words.
    any_case: bool,
}

const C_LIKE: Language = Language {
    names: &[],
    line: &["//"],
    block: Some(("/*", "*/")),
    quotes: &['"', '\''],
    long: &[],
    words: "",
    any_case: false,
};

const LANGUAGES: &[Language] = &[
    Language {
        names: &["rust", "rs"],
        quotes: &['"'],
        words: "as async await break const continue crate dyn else enum extern false fn for if impl \
                in let loop match mod move mut pub ref return self Self static struct super trait \
                true type unsafe use where while",
        ..C_LIKE
    },
    Language {
        names: &["javascript", "js", "jsx", "typescript", "ts", "tsx", "mjs"],
        long: &["`"],
        words: "abstract any as async await boolean break case catch class const continue default \
                delete do else enum export extends false finally for from function if implements \
                import in instanceof interface let new null number of private protected public \
                readonly return static string super switch this throw true try type typeof \
                undefined var void while yield",
        ..C_LIKE
    },
    Language {
        names: &["go", "golang"],
        long: &["`"],
        words: "break case chan const continue default defer else fallthrough false for func go \
                goto if import interface map nil package range return select struct switch true \
                type var",
        ..C_LIKE
    },
    Language {
        names: &[
            "c", "h", "cpp", "c++", "hpp", "cc", "java", "kotlin", "kt", "swift", "cs", "csharp",
            "dart", "scala", "php",
        ],
        words: "abstract auto bool boolean break case catch char class const continue default \
                delete do double else enum extends extern false final finally float for fun func \
                function guard if implements import in int interface let long namespace new nil \
                null nullptr override package private protected public return short signed sizeof \
                static struct super switch template this throw throws true try typedef typename \
                union unsigned using val var virtual void volatile when while",
        ..C_LIKE
    },
    Language {
        names: &["python", "py"],
        line: &["#"],
        block: None,
        long: &["\"\"\"", "'''"],
        words: "and as assert async await break class continue def del elif else except False \
                finally for from global if import in is lambda None nonlocal not or pass raise \
                return self True try while with yield",
        ..C_LIKE
    },
    Language {
        names: &["ruby", "rb"],
        line: &["#"],
        block: None,
        words: "and begin break case class def do else elsif end ensure false for if in module \
                next nil not or redo require rescue retry return self super then true unless until \
                when while yield",
        ..C_LIKE
    },
    Language {
        names: &["bash", "sh", "shell", "zsh", "fish", "console", "dockerfile", "make", "makefile"],
        line: &["#"],
        block: None,
        words: "alias break case cd continue do done echo elif else esac eval exec exit export fi \
                for function if in local return set shift source then trap unset until while FROM \
                RUN COPY WORKDIR ENV CMD ENTRYPOINT",
        ..C_LIKE
    },
    Language {
        names: &["toml", "yaml", "yml", "ini", "conf"],
        line: &["#", ";"],
        block: None,
        words: "true false null yes no on off",
        ..C_LIKE
    },
    Language {
        names: &["json", "jsonc", "json5"],
        quotes: &['"'],
        words: "true false null",
        ..C_LIKE
    },
    Language {
        names: &["sql", "sqlite", "postgresql"],
        line: &["--"],
        words: "add all alter and as asc begin between by case check column commit constraint \
                create default delete desc distinct drop else end exists foreign from group having \
                if in index inner insert into is join key left like limit not null offset on or \
                order outer primary references replace returning right rollback select set table \
                then transaction union unique update values view when where with",
        any_case: true,
        ..C_LIKE
    },
    Language {
        names: &["css", "scss", "less"],
        line: &[],
        words: "important inherit initial none auto var",
        ..C_LIKE
    },
    Language {
        names: &["html", "xml", "svg", "vue", "svelte"],
        line: &[],
        block: Some(("<!--", "-->")),
        quotes: &['"'],
        ..C_LIKE
    },
    Language {
        names: &["lua", "haskell", "hs", "elm"],
        line: &["--"],
        block: None,
        words: "and break case class data deriving do else elseif end false for function if import \
                in instance let local module nil not of or repeat return then true type until where \
                while",
        ..C_LIKE
    },
];

/// The parts of `code` in a language that is called `name`, in order. Joined, they are
/// the code.
pub fn tokens<'a>(name: &str, code: &'a str) -> Vec<(Token, &'a str)> {
    let name = name.split([',', ' ', '{']).next().unwrap_or_default().to_ascii_lowercase();
    let language = LANGUAGES.iter().find(|it| it.names.contains(&name.as_str()));
    match language {
        Some(language) if code.len() <= LONGEST => {
            Scan { language, code, at: 0, plain: 0, open: None, out: Vec::new() }.run()
        }
        _ if code.is_empty() => Vec::new(),
        _ => vec![(Token::Plain, code)],
    }
}

struct Scan<'a> {
    language: &'static Language,
    code: &'a str,
    at: usize,
    /// Where what was not told apart begins.
    plain: usize,
    /// A quote that does not end before this place: it is not looked for again up to there.
    open: Option<(char, usize)>,
    out: Vec<(Token, &'a str)>,
}

impl<'a> Scan<'a> {
    fn run(mut self) -> Vec<(Token, &'a str)> {
        while let Some(next) = self.code[self.at..].chars().next() {
            match self.token(next) {
                Some((token, end)) if end > self.at => {
                    self.flush();
                    self.out.push((token, &self.code[self.at..end]));
                    (self.at, self.plain) = (end, end);
                }
                _ => self.at += self.word_or(next.len_utf8()),
            }
        }
        self.flush();
        self.out
    }

    /// What begins here, and where it ends.
    fn token(&mut self, next: char) -> Option<(Token, usize)> {
        let rest = &self.code[self.at..];
        let language = self.language;
        let end_of = |text: &str, from: usize| {
            rest[from..].find(text).map_or(self.code.len(), |it| self.at + from + it + text.len())
        };
        if let Some((open, close)) = language.block.filter(|(open, _)| rest.starts_with(open)) {
            return Some((Token::Comment, end_of(close, open.len())));
        }
        if language.line.iter().any(|it| rest.starts_with(it)) && self.begins_word() {
            let end = rest.find('\n').map_or(self.code.len(), |it| self.at + it);
            return Some((Token::Comment, end));
        }
        if let Some(quote) = language.long.iter().find(|it| rest.starts_with(**it)) {
            return Some((Token::Text, end_of(quote, quote.len())));
        }
        if language.quotes.contains(&next) {
            return Some((Token::Text, self.string(next)?));
        }
        if !self.begins_word() || !(next.is_ascii_alphanumeric() || next == '_') {
            return None;
        }
        let word = &rest[..word(rest)];
        let end = self.at + word.len();
        if next.is_ascii_digit() {
            return Some((Token::Number, end));
        }
        let is_word =
            |it: &str| if language.any_case { it.eq_ignore_ascii_case(word) } else { it == word };
        language.words.split(' ').any(is_word).then_some((Token::Keyword, end))
    }

    /// Whether no word goes on here.
    fn begins_word(&self) -> bool {
        let before = self.code[..self.at].chars().next_back();
        !before.is_some_and(|it| it.is_alphanumeric() || it == '_' || it == '$')
    }

    /// The end of a string on this line; none if it does not end there.
    fn string(&mut self, quote: char) -> Option<usize> {
        if self.open.is_some_and(|(it, until)| it == quote && self.at < until) {
            return None;
        }
        let (mut escaped, mut end) = (false, self.at);
        for (place, it) in self.code[self.at..].char_indices().take(STRING).skip(1) {
            end = self.at + place;
            match it {
                '\n' => break,
                _ if escaped => escaped = false,
                '\\' => escaped = true,
                _ if it == quote => return Some(self.at + place + it.len_utf8()),
                _ => (),
            }
        }
        self.open = Some((quote, end));
        None
    }

    /// The length of the word here, or `least`.
    fn word_or(&self, least: usize) -> usize {
        word(&self.code[self.at..]).max(least)
    }

    fn flush(&mut self) {
        if self.plain < self.at {
            self.out.push((Token::Plain, &self.code[self.plain..self.at]));
        }
    }
}

/// The length of the word that `text` begins with.
fn word(text: &str) -> usize {
    text.find(|it: char| !(it.is_alphanumeric() || it == '_')).unwrap_or(text.len())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn of(token: Token, name: &str, code: &str) -> Vec<String> {
        let all = tokens(name, code).into_iter();
        all.filter(|(it, _)| *it == token).map(|(_, text)| text.to_owned()).collect()
    }

    #[test]
    fn the_parts_of_code_are_told_apart() {
        let rust = "fn main() { // go\n    let it = \"a \\\" b\"; /* x */ let y = 0x1f; lets(it) }";
        assert_eq!(of(Token::Keyword, "rust", rust), ["fn", "let", "let"]);
        assert_eq!(of(Token::Text, "rust", rust), ["\"a \\\" b\""]);
        assert_eq!(of(Token::Comment, "rust", rust), ["// go", "/* x */"]);
        assert_eq!(of(Token::Number, "rs", rust), ["0x1f"]);
        assert_eq!(of(Token::Keyword, "SQL", "Select a From b"), ["Select", "From"]);
        assert_eq!(of(Token::Text, "py", "x = '''a\nb''' # c"), ["'''a\nb'''"]);
        assert_eq!(of(Token::Comment, "sh", "echo a#b # c"), ["# c"]);
        assert_eq!(tokens("unheard of", "let x"), [(Token::Plain, "let x")]);
        assert_eq!(of(Token::Text, "rust", "&'a str"), Vec::<String>::new());
    }

    proptest! {
        #[test]
        fn nothing_of_the_code_is_lost(code in "[a-z0-9\"'`/*#\\-\\\\ \n<>!é]{0,60}", which in 0..LANGUAGES.len()) {
            let name = LANGUAGES[which].names[0];
            let joined: String = tokens(name, &code).into_iter().map(|(_, text)| text).collect();
            prop_assert_eq!(joined, code);
        }
    }
}
