//! Laws that every transform keeps, over values of every type: what its table entry promises is so.
//!
//! The values are made from fixed seeds, so that a failure comes again.

use jiff::Timestamp;
use jiff::civil::{Date, Time};
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use rust_decimal::Decimal;
use samband::functions::{self, Behavior, Function, Parameter, Shape};
use samband::program::Stop;
use samband::value::{Guid, Type, Value};

/// Values of one shape for one list of arguments.
const VALUES: usize = 60;

#[test]
fn no_transform_panics_on_any_value() {
    let mut runner = runner();
    let given: Vec<Value> = [extremes(), some(&mut runner, &anything(), 150)].concat();
    for function in functions::all() {
        for args in arguments(function) {
            for value in &given {
                let _ = function.forward(value, &args);
                let _ = function.backward(value, &args);
            }
        }
        // Arguments that no checker lets through.
        for value in &given {
            let _ = function.forward(value, &[]);
            let _ = function.backward(value, &[Value::Null, Value::Int(-1), Value::text("")]);
        }
    }
}

#[test]
fn what_comes_out_is_of_the_promised_type() {
    each_accepted(|function, args, shape, value| {
        let promised = function.shape(shape, args, false).unwrap();
        if let Ok(out) = function.forward(value, args) {
            assert!(
                is_of(&out, &promised),
                "{} {args:?}: {value:?} of {shape} became {out:?}, not {promised}",
                function.name
            );
        }
    });
}

#[test]
fn what_comes_back_is_of_the_promised_type() {
    each_two_way(|function, args, shape, out| {
        let forward = function.shape(shape, args, false).unwrap();
        if let (Ok(promised), Ok(back)) = (function.shape(&forward, args, true), function.backward(out, args)) {
            assert!(
                is_of(&back, &promised),
                "{} {args:?}: {out:?} of {forward} came back as {back:?}, not {promised}",
                function.name
            );
        }
    });
}

#[test]
fn exact_transforms_come_back_to_what_they_were_given() {
    let mut seen = Vec::new();
    each_accepted(|function, args, shape, value| {
        let forward = function.shape(shape, args, false).unwrap();
        if function.behavior != Behavior::Exact || function.shape(&forward, args, true).is_err() {
            return;
        }
        if let Ok(out) = function.forward(value, args) {
            let back = function.backward(&out, args);
            assert!(
                back.as_ref().is_ok_and(|b| b.same(value)),
                "{} {args:?}: {value:?} -> {out:?} -> {back:?}",
                function.name
            );
            seen.push(function.name);
        }
    });
    for function in functions::all().filter(|f| f.behavior == Behavior::Exact) {
        assert!(seen.iter().filter(|name| **name == function.name).count() > 20, "{} was hardly tried", function.name);
    }
}

#[test]
fn normalizing_transforms_have_one_normal_form() {
    let mut seen = Vec::new();
    each_accepted(|function, args, _, value| {
        if function.behavior != Behavior::Normalizing {
            return;
        }
        let Ok(once) = function.forward(value, args) else { return };
        match function.backward(&once, args) {
            Ok(back) => {
                let again = function.forward(&back, args);
                assert!(
                    again.as_ref().is_ok_and(|a| a.same(&once)),
                    "{} {args:?}: {value:?} -> {once:?} -> {back:?} -> {again:?}",
                    function.name
                );
                seen.push(function.name);
            }
            // A value that no way back can take waits for a person, if the entry says that this can be.
            Err(Stop::Hold(_)) => assert!(function.fails.is_some(), "{} {args:?}: {once:?} is held", function.name),
            Err(other) => panic!("{}: {other:?}", function.name),
        }
    });
    for function in functions::all().filter(|f| f.behavior == Behavior::Normalizing) {
        assert!(seen.iter().filter(|name| **name == function.name).count() > 20, "{} was hardly tried", function.name);
    }
}

#[test]
fn only_those_that_say_so_hold_a_value() {
    each_accepted(|function, args, _, value| {
        if let Err(stop) = function.forward(value, args) {
            assert!(matches!(&stop, Stop::Hold(reason) if reason.len() > 10), "{}: {stop:?}", function.name);
            assert!(function.fails.is_some(), "{} {args:?} on {value:?}: {stop:?}", function.name);
        }
    });
}

#[test]
fn only_those_that_say_so_make_nothing_of_something() {
    let mut emptied = Vec::new();
    let mut check = |function: &'static Function, args: &[Value], value: &Value, out: Result<Value, Stop>| {
        if out.is_ok_and(|out| out.same(&Value::Null)) && !is_blank(value) {
            assert!(function.empties, "{} {args:?} makes nothing of {value:?}", function.name);
            emptied.push(function.name);
        }
    };
    each_accepted(|function, args, _, value| check(function, args, value, function.forward(value, args)));
    each_two_way(|function, args, _, out| check(function, args, out, function.backward(out, args)));
    // What only the other side can have: the text that is put before, alone; a date of 0.
    for function in functions::all().filter(|f| f.behavior != Behavior::OneWay) {
        for args in arguments(function) {
            for value in args.iter().chain([&Value::Int(0)]) {
                check(function, &args, value, function.backward(value, &args));
            }
        }
    }
    for function in functions::all().filter(|f| f.empties) {
        assert!(emptied.contains(&function.name), "{} never makes nothing of anything", function.name);
    }
}

#[test]
fn only_those_that_say_so_cut_a_text() {
    let mut cut = Vec::new();
    each_accepted(|function, args, _, value| {
        let length = |text: &str| text.trim().chars().count();
        if let (Value::Text(text), Ok(Value::Text(out))) = (value, function.forward(value, args))
            && length(&out) < length(text)
        {
            cut.push(function.name);
        }
    });
    for function in functions::all().filter(|f| f.cuts) {
        assert!(cut.contains(&function.name), "{} never cuts anything", function.name);
    }
    for name in ["lower", "upper", "capitalize", "title_case", "trim", "prefix", "suffix"] {
        assert!(!cut.contains(&name), "{name} cuts");
    }
}

#[test]
fn a_type_that_does_not_fit_is_refused_with_what_is_wanted() {
    for function in functions::all() {
        let args = arguments(function).remove(0);
        let refused = shapes().into_iter().filter_map(|shape| function.shape(&shape, &args, false).err());
        let messages: Vec<_> = refused.collect();
        assert!(!messages.is_empty(), "{} takes everything", function.name);
        assert!(messages.iter().all(|m| m.len() > 20), "{messages:?}");
    }
}

// ---- what is tried --------------------------------------------------------------------------

/// Every transform with arguments, a type that it takes, and values of that type.
fn each_accepted(mut check: impl FnMut(&'static Function, &[Value], &Shape, &Value)) {
    let mut runner = runner();
    for shape in shapes() {
        let mut values = some(&mut runner, &of_shape(&shape), VALUES);
        if matches!(shape, Shape::One(Type::Text(_))) {
            values.extend(["", " ", "a", "0", "\u{301}"].map(Value::text));
        }
        for function in functions::all() {
            for args in arguments(function) {
                if function.shape(&shape, &args, false).is_ok() {
                    values.iter().for_each(|value| check(function, &args, &shape, value));
                }
            }
        }
    }
}

/// The same, with what comes out of those that have a way back.
fn each_two_way(mut check: impl FnMut(&'static Function, &[Value], &Shape, &Value)) {
    each_accepted(|function, args, shape, value| {
        if let (true, Ok(out)) = (function.behavior != Behavior::OneWay, function.forward(value, args)) {
            check(function, args, shape, &out);
        }
    });
}

fn runner() -> TestRunner {
    let config = Config { failure_persistence: None, ..Config::default() };
    TestRunner::new_with_rng(config, TestRng::deterministic_rng(RngAlgorithm::ChaCha))
}

fn some(runner: &mut TestRunner, of: &BoxedStrategy<Value>, many: usize) -> Vec<Value> {
    (0..many).map(|_| of.new_tree(runner).unwrap().current()).collect()
}

/// Those of the examples, and others that its parameters take.
fn arguments(function: &'static Function) -> Vec<Vec<Value>> {
    let mut all: Vec<Vec<Value>> = function.examples.iter().map(|e| (e.args)()).collect();
    for turn in 0..18 {
        // Each with the first, second and third after it.
        let places = function.parameters.iter().enumerate();
        let args: Option<Vec<_>> = places.map(|(i, p)| argument(p, turn + i * (1 + turn / 6))).collect();
        all.extend(args.filter(|args| !args.is_empty()));
    }
    if function.name == "key" {
        all.push(vec![Value::Int(10), Value::text("int")]);
        all.push(vec![Value::text("text"), Value::Int(4)]);
    }
    all.sort_by_key(|args| format!("{args:?}"));
    all.dedup();
    all
}

fn argument(parameter: &Parameter, turn: usize) -> Option<Value> {
    let pick = |of: &[&str]| Value::text(of[turn % of.len()]);
    let value = match parameter {
        Parameter::Count(_) => Value::Int([1, 2, 3, 7, 40, 255][turn % 6]),
        Parameter::Places(_) => Value::Int([0, 1, 2, 4, 6, 28][turn % 6]),
        Parameter::Whole(_) => Value::Int([-1, 0, 1, 30, -400, i64::MIN][turn % 6]),
        Parameter::Number(_) | Parameter::Factor(_) => {
            [Value::Int(60), Value::Int(-3), decimal("0.25"), decimal("1.2"), decimal("-0.07"), Value::Int(1_000)]
                [turn % 6]
                .clone()
        }
        Parameter::Text(_) => pick(&[" ", "-", ", ", "a", "Æø", "é🙂"]),
        Parameter::Character(_) => pick(&["0", " ", "*", "ø"]),
        Parameter::Replacement(_) | Parameter::Else(_) => pick(&["", "?", "-", "lang tekst", "a", " "]),
        Parameter::Choice(_, words) => pick(words),
        Parameter::Pattern(_) => pick(&["yyyy-MM-dd", "d.M.yyyy", "yyMMdd", "MM/yyyy", "'uke' dd MM yyyy", "d/M yy"]),
        Parameter::Zone(_) => pick(&["Europe/Oslo", "Europe/Helsinki", "UTC"]),
    };
    parameter.check(&value).is_ok().then_some(value)
}

fn decimal(text: &str) -> Value {
    Value::Decimal(text.parse().unwrap())
}

const WORDS: &[&str] = &["Materials", "Subcontracting", "Other", "ıİß"];

fn shapes() -> Vec<Shape> {
    let mut types = vec![
        Type::Text(None),
        Type::Text(Some(1)),
        Type::Text(Some(12)),
        Type::Text(Some(60)),
        Type::Int,
        Type::Decimal(28, 6),
        Type::Decimal(18, 6),
        Type::Decimal(9, 2),
        Type::Decimal(5, 0),
        Type::Bool,
        Type::Date,
        Type::Time,
        Type::Instant,
        Type::Guid,
        Type::Enum(WORDS),
        Type::List("Project"),
    ];
    for of in [Type::Text(None), Type::Text(Some(5)), Type::Int, Type::Decimal(18, 6), Type::Date, Type::Enum(WORDS)] {
        types.push(Type::Values(Box::new(of)));
    }
    let mut shapes: Vec<_> = types.into_iter().map(Shape::One).collect();
    for tuple in [
        vec![Type::Text(None); 2],
        vec![Type::Text(Some(10)), Type::Text(Some(30))],
        vec![Type::Text(Some(40)); 3],
        vec![Type::Text(None); 7],
        vec![Type::Int, Type::Text(None)],
    ] {
        shapes.push(Shape::Tuple(tuple));
    }
    shapes
}

// ---- values of a type -----------------------------------------------------------------------

fn of_shape(shape: &Shape) -> BoxedStrategy<Value> {
    match shape {
        Shape::One(ty) => of_type(ty),
        Shape::Tuple(types) => types
            .iter()
            .map(|ty| prop_oneof![4 => of_type(ty), 1 => Just(Value::Null)])
            .collect::<Vec<_>>()
            .prop_map(Value::Record)
            .boxed(),
    }
}

fn of_type(ty: &Type) -> BoxedStrategy<Value> {
    match ty {
        Type::Text(size) => texts(size.map_or(80, |n| n as usize)),
        Type::Int => prop_oneof![-50i64..5_000, any::<i32>().prop_map(i64::from), 19_000_101i64..20_401_231]
            .prop_map(Value::Int)
            .boxed(),
        Type::Decimal(digits, scale) => decimals(*digits, *scale),
        Type::Bool => any::<bool>().prop_map(Value::Bool).boxed(),
        Type::Date => prop_oneof![
            8 => (1900i16..2100, 1i8..=12, 1i8..=31),
            1 => (-9999i16..=9999, 1i8..=12, 1i8..=31),
        ]
        .prop_map(|(y, m, d)| Value::Date(Date::new(y, m, d.min(Date::new(y, m, 1).unwrap().days_in_month())).unwrap()))
        .boxed(),
        Type::Time => (0i8..24, 0i8..60).prop_map(|(h, m)| Value::Time(Time::new(h, m, 0, 0).unwrap())).boxed(),
        Type::Instant => {
            (-2_000_000_000i64..4_000_000_000).prop_map(|s| Value::Instant(Timestamp::new(s, 0).unwrap())).boxed()
        }
        Type::Guid => any::<u128>().prop_map(|bits| Value::Guid(Guid(bits))).boxed(),
        Type::Enum(words) => prop::sample::select(*words).prop_map(Value::text).boxed(),
        Type::List(_) => {
            prop::collection::vec(Just(Value::Record(vec![Value::Int(1)])), 0..4).prop_map(Value::List).boxed()
        }
        Type::Values(of) => prop::collection::vec(of_type(of), 0..5).prop_map(Value::List).boxed(),
        Type::Range | Type::Side => Just(Value::Null).boxed(),
    }
}

/// Letters, and what is apt to go wrong: blanks, marks, digits, line breaks, letters of several bytes.
fn texts(size: usize) -> BoxedStrategy<Value> {
    let piece = prop_oneof![
        4 => "[a-zA-ZæøåéÅÖß]{1,6}",
        3 => prop::sample::select(vec![" ", "  ", "-", ", ", ": ", ".", ";", "a", "0", "00", "\n", "\r\n", "\t", "?", "*"]).prop_map(str::to_owned),
        1 => prop::sample::select(vec!["🙂", "👩‍👩‍👧", "İ", "ı", "ſ", "ŉ", "…", "e\u{301}", "\u{301}", "\u{a0}", "\u{200b}", "\u{2028}", "株", "ﬁ", "Æø", "SE-", "%", "é🙂"]).prop_map(str::to_owned),
        1 => "[0-9]{1,8}",
    ];
    let free = prop::collection::vec(piece, 0..12).prop_map(|pieces| pieces.concat());
    let number = (any::<i32>(), 0u32..4).prop_map(|(n, s)| Decimal::new(i64::from(n), s).to_string());
    let comma = number.clone().prop_map(|t| t.replace('.', ","));
    let date = (1960i16..2080, 1i8..=12, 1i8..=28).prop_flat_map(|(y, m, d)| {
        let short = (y % 100).to_string();
        prop::sample::select(vec![
            format!("{y:04}-{m:02}-{d:02}"),
            format!("{d}.{m}.{y}"),
            format!(" {short:0>2}{m:02}{d:02}"),
            format!("uke {d:02} {m:02} {y}"),
            format!("{d}/{m} {short:0>2} "),
        ])
    });
    prop_oneof![6 => free, 1 => number, 1 => comma, 1 => date, 1 => "[1-9][0-9]{0,7}"]
        .prop_map(move |text: String| Value::Text(text.chars().take(size).collect()))
        .boxed()
}

fn decimals(digits: u8, scale: u8) -> BoxedStrategy<Value> {
    let most = 10i128.pow(u32::from(digits.min(28))) - 1;
    let few = most.min(10_000_000);
    let scale = u32::from(scale);
    prop_oneof![3 => -few..=few, 1 => -most..=most, 1 => (-few..=few).prop_map(move |n| n / 100 * 100)]
        .prop_map(move |n| Value::Decimal(Decimal::from_i128_with_scale(n, scale)))
        .boxed()
}

fn anything() -> BoxedStrategy<Value> {
    let strategies: Vec<_> = shapes().iter().map(of_shape).collect();
    (0..strategies.len()).prop_flat_map(move |i| strategies[i].clone()).boxed()
}

fn extremes() -> Vec<Value> {
    let mut all = vec![
        Value::Null,
        Value::text(""),
        Value::text(" \n\t "),
        Value::text("x".repeat(100_000)),
        Value::text("👩‍👩‍👧 ".repeat(2_000)),
        Value::text("\u{301}"),
        Value::text("\0"),
        Value::Int(i64::MIN),
        Value::Int(i64::MAX),
        Value::Decimal(Decimal::MAX),
        Value::Decimal(Decimal::MIN),
        Value::Decimal(Decimal::from_i128_with_scale(1, 28)),
        Value::Decimal(Decimal::from_i128_with_scale(79_228_162_514_264_337_593_543_950_335, 28)),
        Value::Date(Date::MIN),
        Value::Date(Date::MAX),
        Value::Instant(Timestamp::MIN),
        Value::Instant(Timestamp::MAX),
        Value::Time(Time::MAX),
        Value::List(Vec::new()),
        Value::Record(Vec::new()),
        Value::List(vec![Value::Null, Value::text(""), Value::List(vec![Value::Null])]),
        Value::Record(vec![Value::Null, Value::Int(i64::MIN), Value::text("a\nb")]),
    ];
    all.extend(["--", "+", "1e5", "١٢", "99999999999999999999999999999999", ",", "0,"].map(Value::text));
    all
}

// ---- whether a value is of a type -----------------------------------------------------------

fn is_of(value: &Value, shape: &Shape) -> bool {
    match (value, shape) {
        (Value::Null, _) => true,
        (value, Shape::One(ty)) => is_of_type(value, ty),
        (Value::Record(parts), Shape::Tuple(types)) => {
            parts.len() == types.len() && parts.iter().zip(types).all(|(part, ty)| is_of_type(part, ty))
        }
        _ => false,
    }
}

fn is_of_type(value: &Value, ty: &Type) -> bool {
    match (value, ty) {
        (Value::Null, _) => true,
        (Value::Text(text), Type::Text(size)) => size.is_none_or(|size| text.chars().count() <= size as usize),
        (Value::Text(text), Type::Enum(words)) => words.contains(&text.as_str()),
        (Value::Int(_), Type::Int) | (Value::Bool(_), Type::Bool) | (Value::Date(_), Type::Date) => true,
        (Value::Decimal(number), Type::Decimal(_, scale)) => number.normalize().scale() <= u32::from(*scale),
        (Value::List(values), Type::Values(of)) => values.iter().all(|value| is_of_type(value, of)),
        (Value::Time(_), Type::Time) | (Value::Instant(_), Type::Instant) | (Value::Guid(_), Type::Guid) => true,
        _ => false,
    }
}

/// A blank text says nothing, and neither do several; a list without elements is still a list.
fn is_blank(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Text(text) => text.trim().is_empty(),
        Value::Record(values) => values.iter().all(is_blank),
        _ => false,
    }
}
