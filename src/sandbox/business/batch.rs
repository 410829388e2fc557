//! A batch of Transact-SQL parted into statements, which need no semicolon between them.
//!
//! Queries and the three data statements are read by `sqlparser`; the small procedural rest (SET, DECLARE, EXEC, IF, transactions) here,
//! because a statement that is merely parsed and then ignored would be the worst a sandbox can do.

use sqlparser::ast::{Expr, Statement};
use sqlparser::dialect::MsSqlDialect;
use sqlparser::keywords::Keyword;
use sqlparser::parser::{Parser, ParserError};
use sqlparser::tokenizer::{Token, Tokenizer};

use super::catalog::data_type;
use super::errors::{self, SqlError};
use super::value::SqlType;

/// A statement the sandbox carries.
#[derive(Clone, Debug)]
pub(super) enum Step {
    /// SELECT, INSERT, UPDATE or DELETE.
    Data(Box<Statement>),
    /// `SET @x = expression`.
    Assign(String, Expr),
    /// `DECLARE @x type [= expression]`.
    Declare(String, SqlType, Option<Expr>),
    /// `SET option value`, in upper case, without the commas.
    Set(Vec<String>),
    /// `EXEC [@r =] procedure arguments`.
    Exec { result: Option<String>, procedure: String, arguments: Vec<Argument> },
    /// `BEGIN TRAN`.
    Begin,
    /// `COMMIT`.
    Commit,
    /// `ROLLBACK`.
    Rollback,
    /// `USE database`.
    Use(String),
    /// `IF condition … ELSE …`.
    If(Expr, Vec<Step>, Vec<Step>),
}

/// An argument of EXEC; without a name it counts by its place.
#[derive(Clone, Debug)]
pub(super) struct Argument {
    pub name: Option<String>,
    pub value: Expr,
}

/// The statements of a batch; any syntax error is the error of the whole batch, before any of it runs.
pub(super) fn split(text: &str) -> Result<Vec<Step>, SqlError> {
    let dialect = MsSqlDialect {};
    let tokens = Tokenizer::new(&dialect, text).tokenize_with_location().map_err(|e| errors::syntax(&e.to_string()))?;
    let mut parser = Parser::new(&dialect).with_recursion_limit(400).with_tokens_with_locations(tokens);
    let mut steps = Vec::new();
    loop {
        while parser.consume_token(&Token::SemiColon) {}
        if parser.peek_token_ref().token == Token::EOF {
            return Ok(steps);
        }
        let line = parser.peek_token_ref().span.start.line;
        steps.extend(step(&mut parser).map_err(|mut e| {
            e.line = u32::try_from(line).unwrap_or(1).max(1);
            e
        })?);
    }
}

/// The parameters a call of sp_executesql declares, such as `@P1 nvarchar(4000), @P2 int`; a type the sandbox does not have is `None`.
pub(super) fn declarations(text: &str) -> Result<Vec<(String, Option<SqlType>)>, SqlError> {
    let dialect = MsSqlDialect {};
    let mut parser = Parser::new(&dialect).try_with_sql(text).map_err(syntax)?;
    let mut all = Vec::new();
    while parser.peek_token_ref().token != Token::EOF {
        let token = parser.next_token().token;
        let name = is_variable(&token).ok_or_else(|| errors::syntax(&token.to_string()))?;
        all.push((name, data_type(&parser.parse_data_type().map_err(syntax)?)));
        if !parser.consume_token(&Token::Comma) {
            break;
        }
    }
    Ok(all)
}

fn syntax(error: ParserError) -> SqlError {
    let text = match error {
        ParserError::TokenizerError(text) | ParserError::ParserError(text) => text,
        ParserError::RecursionLimitExceeded => {
            return SqlError::new(8631, 17, 1, "Internal error: Server stack limit has been reached.");
        }
    };
    let near = text.split("found: ").nth(1).and_then(|t| t.split(" at Line").next()).unwrap_or(&text).to_string();
    SqlError::new(102, 15, 1, format!("Incorrect syntax near '{near}'. (The sandbox read: {text})"))
}

fn step(parser: &mut Parser<'_>) -> Result<Vec<Step>, SqlError> {
    let token = parser.peek_token_ref().token.clone();
    let Token::Word(word) = &token else {
        return Err(errors::syntax(&token.to_string()));
    };
    let one = match word.keyword {
        Keyword::SELECT | Keyword::INSERT | Keyword::UPDATE | Keyword::DELETE | Keyword::WITH => data(parser)?,
        Keyword::SET => set(parser)?,
        Keyword::DECLARE => return declare(parser),
        Keyword::EXEC | Keyword::EXECUTE => exec(parser)?,
        Keyword::BEGIN => return begin(parser),
        Keyword::COMMIT | Keyword::ROLLBACK => {
            let commit = word.keyword == Keyword::COMMIT;
            parser.next_token();
            transaction_name(parser)?;
            if commit { Step::Commit } else { Step::Rollback }
        }
        Keyword::USE => {
            parser.next_token();
            Step::Use(parser.parse_identifier().map_err(syntax)?.value)
        }
        Keyword::IF => condition(parser)?,
        _ => return Err(errors::not_carried(&rest(parser))),
    };
    Ok(vec![one])
}

/// What is left of the batch, for an error's text.
fn rest(parser: &mut Parser<'_>) -> String {
    let mut text = String::new();
    while parser.peek_token_ref().token != Token::EOF && text.len() < 300 {
        text.push_str(&parser.next_token().token.to_string());
        text.push(' ');
    }
    text.trim_end().to_string()
}

fn data(parser: &mut Parser<'_>) -> Result<Step, SqlError> {
    let statement = parser.parse_statement().map_err(syntax)?;
    match statement {
        Statement::Query(_) | Statement::Insert(_) | Statement::Update(_) | Statement::Delete(_) => {
            Ok(Step::Data(Box::new(statement)))
        }
        other => Err(errors::not_carried(&other.to_string())),
    }
}

fn is_variable(token: &Token) -> Option<String> {
    match token {
        Token::Word(word)
            if word.quote_style.is_none() && word.value.starts_with('@') && !word.value.starts_with("@@") =>
        {
            Some(word.value.clone())
        }
        _ => None,
    }
}

fn set(parser: &mut Parser<'_>) -> Result<Step, SqlError> {
    parser.next_token();
    if let Some(name) = is_variable(&parser.peek_token_ref().token) {
        parser.next_token();
        parser.expect_token(&Token::Eq).map_err(syntax)?;
        return Ok(Step::Assign(name, parser.parse_expr().map_err(syntax)?));
    }
    let mut words = Vec::new();
    loop {
        let token = parser.peek_token_ref().token.clone();
        match token {
            Token::EOF | Token::SemiColon => break,
            // The next statement begins; ON, OFF or a value must have been said before it.
            Token::Word(word) if words.len() >= 2 && starts_statement(word.keyword) => break,
            Token::Comma => {
                parser.next_token();
            }
            other => {
                parser.next_token();
                words.push(match other {
                    Token::Word(word) => word.value.to_uppercase(),
                    Token::SingleQuotedString(text) | Token::NationalStringLiteral(text) => text.to_uppercase(),
                    other => other.to_string(),
                });
            }
        }
    }
    Ok(Step::Set(words))
}

fn starts_statement(keyword: Keyword) -> bool {
    matches!(
        keyword,
        Keyword::SELECT
            | Keyword::INSERT
            | Keyword::UPDATE
            | Keyword::DELETE
            | Keyword::SET
            | Keyword::DECLARE
            | Keyword::EXEC
            | Keyword::EXECUTE
            | Keyword::BEGIN
            | Keyword::COMMIT
            | Keyword::ROLLBACK
            | Keyword::USE
            | Keyword::IF
            | Keyword::MERGE
            | Keyword::END
            | Keyword::ELSE
            | Keyword::WITH
            | Keyword::CREATE
            | Keyword::DROP
            | Keyword::ALTER
    )
}

fn declare(parser: &mut Parser<'_>) -> Result<Vec<Step>, SqlError> {
    parser.next_token();
    let mut steps = Vec::new();
    loop {
        let token = parser.next_token().token;
        let name = is_variable(&token).ok_or_else(|| errors::not_carried(&format!("DECLARE {token}")))?;
        let _ = parser.parse_keyword(Keyword::AS);
        let declared = parser.parse_data_type().map_err(syntax)?;
        let ty = data_type(&declared).ok_or_else(|| errors::not_carried(&format!("DECLARE {name} {declared}")))?;
        let value = if parser.consume_token(&Token::Eq) { Some(parser.parse_expr().map_err(syntax)?) } else { None };
        steps.push(Step::Declare(name, ty, value));
        if !parser.consume_token(&Token::Comma) {
            return Ok(steps);
        }
    }
}

fn exec(parser: &mut Parser<'_>) -> Result<Step, SqlError> {
    parser.next_token();
    let result = is_variable(&parser.peek_token_ref().token);
    if result.is_some() {
        parser.next_token();
        parser.expect_token(&Token::Eq).map_err(syntax)?;
    }
    let procedure = parser.parse_object_name(false).map_err(syntax)?.to_string();
    let mut arguments = Vec::new();
    loop {
        match &parser.peek_token_ref().token {
            Token::EOF | Token::SemiColon => break,
            Token::Word(word) if starts_statement(word.keyword) => break,
            _ => {}
        }
        let named =
            is_variable(&parser.peek_token_ref().token).filter(|_| parser.peek_nth_token_ref(1).token == Token::Eq);
        if named.is_some() {
            parser.next_token();
            parser.next_token();
        }
        let value = parser.parse_expr().map_err(syntax)?;
        arguments.push(Argument { name: named, value });
        if !parser.consume_token(&Token::Comma) {
            break;
        }
    }
    Ok(Step::Exec { result, procedure, arguments })
}

fn begin(parser: &mut Parser<'_>) -> Result<Vec<Step>, SqlError> {
    parser.next_token();
    if parser.parse_one_of_keywords(&[Keyword::TRAN, Keyword::TRANSACTION]).is_some() {
        if matches!(&parser.peek_token_ref().token, Token::Word(word) if !starts_statement(word.keyword)) {
            parser.next_token();
        }
        return Ok(vec![Step::Begin]);
    }
    if matches!(&parser.peek_token_ref().token, Token::Word(word) if word.value.eq_ignore_ascii_case("TRY")) {
        return Err(errors::not_carried(&format!("BEGIN {}", rest(parser))));
    }
    let mut steps = Vec::new();
    loop {
        while parser.consume_token(&Token::SemiColon) {}
        if parser.parse_keyword(Keyword::END) {
            return Ok(steps);
        }
        steps.extend(step(parser)?);
    }
}

/// COMMIT and ROLLBACK may name a transaction; a ROLLBACK to a savepoint is not carried, and no savepoint can be made.
fn transaction_name(parser: &mut Parser<'_>) -> Result<(), SqlError> {
    let _ = parser.parse_one_of_keywords(&[Keyword::TRAN, Keyword::TRANSACTION, Keyword::WORK]);
    match &parser.peek_token_ref().token {
        Token::EOF | Token::SemiColon => Ok(()),
        Token::Word(word) if starts_statement(word.keyword) => Ok(()),
        Token::Word(_) => {
            let name = parser.next_token().token;
            Err(errors::not_carried(&format!("COMMIT or ROLLBACK by the name {name}")))
        }
        other => Err(errors::syntax(&other.to_string())),
    }
}

fn condition(parser: &mut Parser<'_>) -> Result<Step, SqlError> {
    parser.next_token();
    let condition = parser.parse_expr().map_err(syntax)?;
    let then = step(parser)?;
    // `IF … statement; ELSE …` is what people write, so a semicolon may stand before ELSE.
    let semicolon = parser.peek_token_ref().token == Token::SemiColon;
    let follows = if semicolon { parser.peek_nth_token_ref(1) } else { parser.peek_token_ref() };
    let has_else = matches!(&follows.token, Token::Word(word) if word.keyword == Keyword::ELSE);
    if !has_else {
        return Ok(Step::If(condition, then, Vec::new()));
    }
    if semicolon {
        parser.next_token();
    }
    parser.next_token();
    Ok(Step::If(condition, then, step(parser)?))
}
