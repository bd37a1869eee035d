//! The grammar of AIP-160 (google.aip.dev/assets/misc/ebnf-filtering.txt), read by recursive descent, and the typing of what
//! is read.
//!
//! Wider than the grammar in one thing: the value of a comparison may hold `:` without quotes, as times do. Functions are
//! refused, as there are none.

use jiff::civil::DateTime;
use jiff::tz::Offset;
use unicode_normalization::UnicodeNormalization;

use super::field::{Field, TextScalar};
use super::print::{basis_name, precision_name};
use super::syntax::{closing_quote, half_width_syntax, inner_star, is_plain, is_quote};
use super::{
    BadFilter, Comparison, Filter, FilterProblem, ListTest, MAX_DEPTH, MAX_FILTER_BYTES, MAX_TERMS, Pattern, Presence,
    Relation, TextTest,
};
use crate::article::{ArticleName, TimeBasis, TimePrecision, Timestamp, canonical_language};
use crate::query::Keyword;
use crate::text::fold;

/// The zone of a time that names none: China's standard time, which has no daylight saving.
const ZONE: Offset = jiff::tz::offset(8);

pub(super) fn parse(text: &str) -> Result<Option<Filter>, BadFilter> {
    let mut reader = Reader { chars: half_width_syntax(text), at: 0, depth: 0, terms: 0 };
    if text.len() > MAX_FILTER_BYTES {
        let last_within = text.char_indices().take_while(|(start, _)| *start < MAX_FILTER_BYTES).count();
        return Err(reader.problem_at(last_within.saturating_sub(1), FilterProblem::TooLong));
    }
    reader.skip_blanks();
    if reader.is_at_end() {
        return Ok(None);
    }
    let filter = reader.expression(None)?;
    reader.skip_blanks();
    if reader.is_at_end() { Ok(Some(filter)) } else { Err(reader.syntax("there is no open parenthesis for this")) }
}

struct Reader {
    chars: Vec<char>,
    /// How many characters were read.
    at: usize,
    depth: usize,
    terms: usize,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Operator {
    Has,
    Relation(Relation),
}

/// The left side and the operator of a comparison whose values are being read.
struct Target {
    field: Field,
    operator: Operator,
    operator_at: usize,
}

/// A word or quoted text.
struct Value {
    at: usize,
    text: String,
    /// It begins or ends with a `*` that is not escaped; `text` has it too.
    open_start: bool,
    open_end: bool,
    /// Where a `*` that is not escaped stands between other characters.
    inner_star: Option<usize>,
}

impl Value {
    fn is_star(&self) -> bool {
        self.text == "*" && self.open_start
    }

    fn pattern(&self, prepare: impl Fn(&str) -> String) -> Pattern {
        let mut text = self.text.as_str();
        if self.open_start {
            text = text.strip_prefix('*').unwrap_or(text);
        }
        // A single star opens the beginning alone; it means the same.
        let open_end = self.open_end && text.ends_with('*');
        if open_end {
            text = text.strip_suffix('*').unwrap_or(text);
        }
        Pattern { text: prepare(text), open_start: self.open_start, open_end }
    }
}

impl Reader {
    fn problem_at(&self, at: usize, problem: FilterProblem) -> BadFilter {
        BadFilter { position: at + 1, problem }
    }

    fn syntax(&self, message: &'static str) -> BadFilter {
        self.problem_at(self.at, FilterProblem::Syntax(message))
    }

    fn peek(&self) -> Option<char> {
        self.chars.get(self.at).copied()
    }

    fn is_at_end(&self) -> bool {
        self.at >= self.chars.len()
    }

    fn skip_blanks(&mut self) {
        while self.peek().is_some_and(char::is_whitespace) {
            self.at += 1;
        }
    }

    /// Whether AND, OR or NOT stands here: as a word by itself.
    fn is_at(&self, word: &str) -> bool {
        let rest = self.chars.get(self.at..).unwrap_or_default();
        let len = word.len();
        rest.len() >= len
            && rest.iter().zip(word.chars()).all(|(c, expected)| *c == expected)
            && rest.get(len).is_none_or(|c| c.is_whitespace() || matches!(c, '(' | ')') || is_quote(*c))
    }

    fn take(&mut self, word: &str) -> bool {
        let is_here = self.is_at(word);
        if is_here {
            self.at += word.len();
        }
        is_here
    }

    /// `expression: sequence {AND sequence}`. With a target, the terms are values to compare with it.
    fn expression(&mut self, target: Option<&Target>) -> Result<Filter, BadFilter> {
        let mut parts = self.sequence(target)?;
        loop {
            self.skip_blanks();
            if !self.take("AND") {
                return Ok(and(parts));
            }
            parts.extend(self.sequence(target)?);
        }
    }

    /// `sequence: factor {factor}`
    fn sequence(&mut self, target: Option<&Target>) -> Result<Vec<Filter>, BadFilter> {
        let mut parts = vec![self.factor(target)?];
        loop {
            self.skip_blanks();
            if self.is_at_end() || self.peek() == Some(')') || self.is_at("AND") {
                return Ok(parts);
            }
            parts.push(self.factor(target)?);
        }
    }

    /// `factor: term {OR term}`
    fn factor(&mut self, target: Option<&Target>) -> Result<Filter, BadFilter> {
        let mut parts = vec![self.term(target)?];
        loop {
            self.skip_blanks();
            if !self.take("OR") {
                return Ok(or(parts));
            }
            parts.push(self.term(target)?);
        }
    }

    /// `term: [NOT | -] simple`
    fn term(&mut self, target: Option<&Target>) -> Result<Filter, BadFilter> {
        self.skip_blanks();
        let minus = self.peek() == Some('-');
        if minus {
            self.at += 1;
            if self.peek().is_none_or(char::is_whitespace) {
                self.at -= 1;
                return Err(self.syntax("a minus stands right before its term; quote it if it is meant as text"));
            }
        }
        if !minus && !self.take("NOT") {
            return self.simple(target);
        }
        self.skip_blanks();
        if self.peek() == Some('-') {
            return Err(self.syntax("a term is negated once; quote the minus if it is meant as text"));
        }
        Ok(Filter::Not(Box::new(self.simple(target)?)))
    }

    /// `simple: ( expression ) | restriction`
    fn simple(&mut self, target: Option<&Target>) -> Result<Filter, BadFilter> {
        if self.peek() == Some('(') {
            return self.parenthesised(target);
        }
        if self.is_at_end() {
            return Err(self.syntax("a term is missing"));
        }
        if ["AND", "OR", "NOT"].iter().any(|word| self.is_at(word)) {
            return Err(self.syntax("a term is missing before this; quote the word if it is meant as one"));
        }
        if let Some(problem) = self.stray_operator() {
            return Err(self.syntax(problem));
        }
        let start = self.at;
        self.terms += 1;
        if self.terms > MAX_TERMS {
            return Err(self.problem_at(start, FilterProblem::TooManyTerms));
        }
        match target {
            Some(target) => {
                let value = self.value()?;
                self.compare(target, &value)
            }
            None => self.restriction(start),
        }
    }

    /// What is no term here, but an operator in the notation of another language. As a keyword it would find nothing.
    fn stray_operator(&self) -> Option<&'static str> {
        let rest = self.chars.get(self.at..).unwrap_or_default();
        let word: String = rest.iter().take_while(|c| is_plain(**c)).collect();
        // Of any case and width.
        if ["and", "or", "not"].contains(&fold(&word).as_str()) {
            return Some("AND, OR and NOT are written in ASCII capitals; quote the word if it is meant as text");
        }
        word.starts_with('+').then_some("terms are required without a plus; quote it if it is meant as text")
    }

    /// Refuses operators of other languages within a word without quotes.
    fn check_unquoted(&self, start: usize) -> Result<(), BadFilter> {
        let word = self.chars.get(start..self.at).unwrap_or_default();
        let refuse = |at: usize, problem| Err(self.problem_at(start + at, FilterProblem::Syntax(problem)));
        if has_quote(word) {
            return Ok(());
        }
        for (at, c) in word.iter().enumerate() {
            let is_doubled = word.get(at + 1) == Some(c);
            match c {
                '&' if is_doubled || word.len() == 1 => return refuse(at, "this is no operator: write AND"),
                '|' => return refuse(at, "this is no operator: write OR; quote it if it is meant as text"),
                '~' => return refuse(at, "this is no operator: write : or =; quote it if it is meant as text"),
                ';' => return refuse(at, "a filter is one expression: quote this if it is meant as text"),
                '*' => {
                    return refuse(
                        at,
                        "a keyword has no wildcards, it is found anywhere; quote a * that is meant as text",
                    );
                }
                _ => {}
            }
        }
        Ok(())
    }

    fn parenthesised(&mut self, target: Option<&Target>) -> Result<Filter, BadFilter> {
        if self.depth == MAX_DEPTH {
            return Err(self.problem_at(self.at, FilterProblem::TooDeep));
        }
        self.depth += 1;
        self.at += 1;
        let inner = self.expression(target)?;
        self.skip_blanks();
        if self.peek() != Some(')') {
            return Err(self.syntax("a closing parenthesis is missing"));
        }
        self.at += 1;
        self.depth -= 1;
        Ok(inner)
    }

    /// `restriction: path [operator value]`; without an operator it is a keyword.
    fn restriction(&mut self, start: usize) -> Result<Filter, BadFilter> {
        let path = self.path()?;
        if self.peek() == Some('(') {
            return Err(self.syntax("there are no functions"));
        }
        let path_end = self.at;
        self.skip_blanks();
        let operator_at = self.at;
        let Some(operator) = self.operator()? else {
            self.at = path_end;
            self.check_unquoted(start)?;
            if Field::named(&path).is_some() && !self.chars.get(start..path_end).is_some_and(has_quote) {
                return Err(self.problem_at(
                    operator_at,
                    FilterProblem::Syntax(
                        "a field is followed by an operator such as : or =; quote the word if it is meant as text",
                    ),
                ));
            }
            let keyword = Keyword::new(&path.join("."));
            return keyword.map(Filter::Keyword).map_err(|bad| self.problem_at(start, FilterProblem::Keyword(bad)));
        };
        let Some(field) = Field::named(&path) else {
            return Err(self.problem_at(start, FilterProblem::UnknownField(path.join("."))));
        };
        let target = Target { field, operator, operator_at };
        self.skip_blanks();
        if self.peek() == Some('(') {
            self.terms -= 1;
            return self.parenthesised(Some(&target));
        }
        let value = self.value()?;
        self.compare(&target, &value)
    }

    /// Words or quoted texts with dots between them.
    fn path(&mut self) -> Result<Vec<String>, BadFilter> {
        let start = self.at;
        let mut segments = Vec::new();
        loop {
            segments.push(match self.peek() {
                Some(c) if closing_quote(c).is_some() => self.quoted()?.text,
                _ => self.word(|c| is_plain(c) && !matches!(c, '.' | ':')),
            });
            if self.peek() != Some('.') {
                break;
            }
            self.at += 1;
        }
        if self.at == start { Err(self.syntax("a field or a word is missing here")) } else { Ok(segments) }
    }

    fn operator(&mut self) -> Result<Option<Operator>, BadFilter> {
        let next = self.chars.get(self.at + 1);
        let (operator, len) = match (self.peek(), next) {
            (Some(':'), _) => (Operator::Has, 1),
            (Some('='), _) => (Operator::Relation(Relation::Equal), 1),
            (Some('!'), Some('=')) => (Operator::Relation(Relation::NotEqual), 2),
            (Some('<'), Some('=')) => (Operator::Relation(Relation::AtMost), 2),
            (Some('<'), _) => (Operator::Relation(Relation::Less), 1),
            (Some('>'), Some('=')) => (Operator::Relation(Relation::AtLeast), 2),
            (Some('>'), _) => (Operator::Relation(Relation::Greater), 1),
            (Some('!' | ','), _) => return Err(self.syntax("this is no operator")),
            _ => return Ok(None),
        };
        self.at += len;
        Ok(Some(operator))
    }

    /// The right side of an operator.
    fn value(&mut self) -> Result<Value, BadFilter> {
        if self.peek().is_some_and(|c| closing_quote(c).is_some()) {
            return self.quoted();
        }
        let at = self.at;
        let text = if self.peek() == Some(':') { String::new() } else { self.word(is_plain) };
        if text.is_empty() {
            return Err(self.syntax("a value is missing"));
        }
        if text.starts_with('~') {
            return Err(
                self.problem_at(at, FilterProblem::Syntax("this is no operator; quote it if it is meant as text"))
            );
        }
        if text.ends_with(';') {
            let problem = "a filter is one expression: quote this if it is meant as text";
            return Err(self.problem_at(self.at - 1, FilterProblem::Syntax(problem)));
        }
        let (open_start, open_end) = (text.starts_with('*'), text.ends_with('*'));
        let stars = text.chars().enumerate().filter(|(_, c)| *c == '*').map(|(place, _)| at + place).collect();
        let inner_star = inner_star(at..self.at, stars);
        Ok(Value { at, text, open_start, open_end, inner_star })
    }

    fn word(&mut self, belongs: impl Fn(char) -> bool) -> String {
        let rest = self.chars.get(self.at..).unwrap_or_default();
        let word: String = rest.iter().copied().take_while(|c| belongs(*c)).collect();
        self.at += word.chars().count();
        word
    }

    /// Text between quotes, in which a backslash takes any meaning from what follows it.
    fn quoted(&mut self) -> Result<Value, BadFilter> {
        let at = self.at;
        let end_quote = self.peek().and_then(closing_quote);
        self.at += 1;
        let (mut text, mut open_start, mut open_end) = (String::new(), false, false);
        let mut stars = Vec::new();
        loop {
            let Some(mut c) = self.peek() else {
                return Err(self.problem_at(at, FilterProblem::Syntax("this quotation mark is not closed")));
            };
            self.at += 1;
            if Some(c) == end_quote {
                let inner_star = inner_star(at + 1..self.at - 1, stars);
                return Ok(Value { at, text, open_start, open_end, inner_star });
            }
            let is_escaped = c == '\\';
            if is_escaped {
                let Some(escaped) = self.peek() else { continue };
                c = escaped;
                self.at += 1;
            }
            open_end = c == '*' && !is_escaped;
            open_start |= open_end && text.is_empty();
            if open_end {
                stars.push(self.at - 1);
            }
            text.push(c);
        }
    }

    /// Types a comparison.
    fn compare(&self, target: &Target, value: &Value) -> Result<Filter, BadFilter> {
        let Target { field, operator, operator_at } = target;
        let bad_value = |expected| self.problem_at(value.at, FilterProblem::Value { field: field.name(), expected });
        let bad_operator = || {
            let operator = operator.symbol();
            self.problem_at(*operator_at, FilterProblem::Operator { field: field.name(), operator })
        };
        if *operator == Operator::Has && value.is_star() {
            return Ok(Filter::Compare(Comparison::Present(presence(field))));
        }
        let is_pattern = matches!(field, Field::Text(_) | Field::Label(_) | Field::List(_))
            && matches!(operator, Operator::Has | Operator::Relation(Relation::Equal | Relation::NotEqual));
        if let Some(at) = value.inner_star.filter(|_| is_pattern) {
            let problem = "a * only begins or ends a value; write \\* between quotes if it is meant as text";
            return Err(self.problem_at(at, FilterProblem::Syntax(problem)));
        }
        let comparison = match (field, operator) {
            (Field::Text(field), Operator::Has) => {
                let folded = value.pattern(fold).text;
                if folded.is_empty() {
                    return Err(bad_value("text that is not blank"));
                }
                Comparison::Text { field: *field, test: TextTest::Has(folded) }
            }
            (Field::Text(TextScalar::LanguageCode), Operator::Relation(relation)) => {
                let canonical = |tag: &str| canonical_language(tag).unwrap_or_else(|| tag.to_owned());
                Comparison::Text { field: TextScalar::LanguageCode, test: text_test(*relation, value, canonical) }
            }
            (Field::Text(field @ (TextScalar::Name | TextScalar::DuplicateOf)), Operator::Relation(relation)) => {
                if !may_be_name(*relation, value) {
                    return Err(bad_value("a name such as articles/ID"));
                }
                Comparison::Text { field: *field, test: text_test(*relation, value, nfc) }
            }
            (Field::Text(field), Operator::Relation(relation)) => {
                Comparison::Text { field: *field, test: text_test(*relation, value, nfc) }
            }
            (Field::Label(key), Operator::Has) => {
                Comparison::Label { key: key.clone(), test: text_test(Relation::Equal, value, nfc) }
            }
            (Field::Label(key), Operator::Relation(relation)) => {
                Comparison::Label { key: key.clone(), test: text_test(*relation, value, nfc) }
            }
            (Field::Labels, Operator::Has) => Comparison::Present(Presence::Label(value.text.clone())),
            (Field::List(field), operator) => {
                let test = match operator {
                    Operator::Has => ListTest::Has(value.pattern(fold)),
                    Operator::Relation(Relation::Equal) => ListTest::Is(value.pattern(nfc)),
                    Operator::Relation(Relation::NotEqual) => ListTest::IsNot(value.pattern(nfc)),
                    Operator::Relation(_) => return Err(bad_operator()),
                };
                Comparison::List { field: *field, test }
            }
            (Field::Time(field), operator) => {
                let time = time(&value.text).ok_or_else(|| {
                    bad_value("a time such as 2021-11-14T08:30:00+08:00, or a day such as 2021-11-14")
                })?;
                Comparison::Time { field: *field, relation: operator.relation(), value: time }
            }
            (Field::Number(field), operator) => {
                let number = value.text.parse().map_err(|_| bad_value("an integer"))?;
                Comparison::Number { field: *field, relation: operator.relation(), value: number }
            }
            (Field::Precision, operator) => {
                let is = operator.equality().ok_or_else(bad_operator)?;
                let value = precision(&value.text)
                    .ok_or_else(|| bad_value("one of UNSPECIFIED, YEAR, MONTH, DAY, HOUR, MINUTE, SECOND"))?;
                Comparison::Precision { is, value }
            }
            (Field::Basis, operator) => {
                let is = operator.equality().ok_or_else(bad_operator)?;
                let value = basis(&value.text)
                    .ok_or_else(|| bad_value("one of UNSPECIFIED, CALLER, METADATA, PAGE_TEXT, URL, DATELINE"))?;
                Comparison::Basis { is, value }
            }
            (Field::Dateline | Field::DatelineDate, Operator::Has) => return Err(bad_value("*")),
            (Field::Labels | Field::Dateline | Field::DatelineDate, Operator::Relation(_)) => {
                return Err(bad_operator());
            }
        };
        Ok(Filter::Compare(comparison))
    }
}

impl Operator {
    fn symbol(self) -> &'static str {
        match self {
            Self::Has => ":",
            Self::Relation(relation) => relation.symbol(),
        }
    }

    /// On a single value, to have it is to be it.
    fn relation(self) -> Relation {
        match self {
            Self::Has => Relation::Equal,
            Self::Relation(relation) => relation,
        }
    }

    /// `None` for the relations that order.
    fn equality(self) -> Option<bool> {
        match self.relation() {
            Relation::Equal => Some(true),
            Relation::NotEqual => Some(false),
            _ => None,
        }
    }
}

fn and(parts: Vec<Filter>) -> Filter {
    let flat = parts.into_iter().flat_map(|part| if let Filter::And(inner) = part { inner } else { vec![part] });
    single_or(flat.collect(), Filter::And)
}

fn or(parts: Vec<Filter>) -> Filter {
    let flat = parts.into_iter().flat_map(|part| if let Filter::Or(inner) = part { inner } else { vec![part] });
    single_or(flat.collect(), Filter::Or)
}

fn single_or(mut parts: Vec<Filter>, several: impl Fn(Vec<Filter>) -> Filter) -> Filter {
    match parts.pop() {
        Some(only) if parts.is_empty() => only,
        last => {
            parts.extend(last);
            several(parts)
        }
    }
}

fn presence(field: &Field) -> Presence {
    match field {
        Field::Text(field) => Presence::Text(*field),
        Field::Time(field) => Presence::Time(*field),
        Field::Number(field) => Presence::Number(*field),
        Field::List(field) => Presence::List(*field),
        Field::Precision => Presence::Precision,
        Field::Basis => Presence::Basis,
        Field::Dateline => Presence::Dateline,
        Field::DatelineDate => Presence::DatelineDate,
        Field::Labels => Presence::AnyLabel,
        Field::Label(key) => Presence::Label(key.clone()),
    }
}

/// `prepare` writes the value as it is stored.
fn text_test(relation: Relation, value: &Value, prepare: impl Fn(&str) -> String) -> TextTest {
    match relation {
        Relation::Equal => TextTest::Is(value.pattern(prepare)),
        Relation::NotEqual => TextTest::IsNot(value.pattern(prepare)),
        relation => TextTest::Ordered { relation, value: prepare(&value.text) },
    }
}

/// Whether a value can equal the name of an article, or its absence.
fn may_be_name(relation: Relation, value: &Value) -> bool {
    let is_exact = matches!(relation, Relation::Equal | Relation::NotEqual) && !value.open_start && !value.open_end;
    !is_exact || value.text.is_empty() || ArticleName::parse(&value.text).is_ok()
}

fn has_quote(text: &[char]) -> bool {
    text.iter().any(|c| is_quote(*c))
}

/// What is stored is NFC.
fn nfc(text: &str) -> String {
    text.nfc().collect()
}

/// An instant (RFC 3339), or a day or time without an offset. What is finer than the microsecond of the store is cut off.
fn time(text: &str) -> Option<Timestamp> {
    let is_date = |place: usize| text.as_bytes().get(place) == Some(&b'-');
    if !is_date(4) || !is_date(7) {
        return None;
    }
    let instant = text.parse::<Timestamp>().ok();
    instant.or_else(|| Timestamp::of_civil(text.parse::<DateTime>().ok()?, ZONE).ok())
}

fn precision(text: &str) -> Option<Option<TimePrecision>> {
    use TimePrecision::{Day, Hour, Minute, Month, Second, Year};
    let name = text.strip_prefix("PUBLISH_TIME_PRECISION_").unwrap_or(text);
    let all = [None, Some(Year), Some(Month), Some(Day), Some(Hour), Some(Minute), Some(Second)];
    all.into_iter().find(|precision| precision_name(*precision) == name)
}

fn basis(text: &str) -> Option<Option<TimeBasis>> {
    use TimeBasis::{Caller, Dateline, Metadata, PageText, Url};
    let name = text.strip_prefix("PUBLISH_TIME_BASIS_").unwrap_or(text);
    let all = [None, Some(Caller), Some(Metadata), Some(PageText), Some(Url), Some(Dateline)];
    all.into_iter().find(|basis| basis_name(*basis) == name)
}
