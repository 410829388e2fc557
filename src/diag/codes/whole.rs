//! Codes of the group `whole`: what a mapping comes to when all its lines are seen together.

use super::codes;

codes! {
    NEVER_FIRES = "never-fires" Error
        "A line that can never be used."
        "It would run when a record is created where none is ever created. Drop it, or turn the arrows.";
    NON_MASTER_ONLY = "non-master-only" Warning
        "A line towards the master of the entity."
        "The other side may create records in the master and never change them: the line is used once, on creation. Put it into `on create` if that is meant.";
    CONFLICT_UNUSED = "conflict-unused" Warning
        "A conflict policy where no conflict can be."
        "Where one side rules, or records travel one way, its value stands. Remove the line.";
    ECHO = "echo" Warning
        "One-way lines that lead from a field back to itself."
        "What one line writes the other reads, so a value changes in every run or is never what was typed. Join them with `<->`, or drop one.";
    NEVER_TRUE = "filter-never-true" Error
        "A filter that no record passes."
        "Nothing would ever be sent. Its conditions contradict each other, the records' own `where`, or the settings.";
    ALWAYS_TRUE = "filter-always-true" Warning
        "A condition that every record fulfils."
        "It reads as if it kept something back, and does not. Remove it.";
    DEAD_BRANCH = "dead-branch" Warning
        "A branch or a `hold` whose condition decides nothing."
        "It never holds, or always: the filter, the records' own `where` or a branch above it have decided already. What stands there, or below it, is never used.";
    HOLD_ALWAYS = "hold-always" Error
        "A `hold` that holds back every record."
        "Nothing would ever be carried over. Mend its condition.";
    FILTER_OWN_WRITE = "filter-own-write" Warning
        "A line that writes the field by which its own entity decides what is sent."
        "The first write takes the record out of its filter, so later changes stay where they are. Where that is meant, say `send once`.";
    FILTER_READS_ALL = "filter-reads-all" Note
        "A filter that a side cannot carry out."
        "All records are read in every run and looked at one by one. Compare a field with a constant where that says the same.";
    FILTER_COLUMN_WRITTEN = "filter-column-written" Warning
        "A column that one entity writes and another decides by."
        "On a record that is both, the one changes what the other sends. Use another column.";
    RECORDS_OVERLAP = "records-overlap" Error
        "Two entities that stand for the same records."
        "A record would be carried over twice. Tell them apart in their own `where`.";
    IDENTITY_SHARED = "identity-shared" Error
        "Two entities that keep their identity in one column of one record."
        "A record that is both loses one of them and is created again. Give each entity a column.";
    SHARED_FIELDS = "shared-fields" Warning
        "Two entities that write the same fields of one record."
        "An associate can be a customer and an employee; whichever changed last stands. Narrow one of them, or allow it.";
    MATCH_NULLABLE = "match-nullable" Warning
        "A match whose every key can be blank, on an entity without identity."
        "A record without any of them is never found again, and would be created twice. Add a key that is always there.";
    LOSSY_MATCH = "lossy-match" Warning
        "A match by texts that are cut or joined."
        "Two different records can agree in them. Add a number or a code.";
    LINK_MAY_MISS = "link-may-miss" Warning
        "A link to records of which some are never carried over, without saying what then."
        "Say it behind the end that the link fills: `or blank`, `or keep`, `or hold`.";
    AMOUNT_WITHOUT_CURRENCY = "amount-without-currency" Error
        "An amount that is written without its currency."
        "Severa keeps both together and refuses one alone. Add a line for the currency.";
    CURRENCY_UNCHECKED = "currency-unchecked" Warning
        "An amount that goes to a record of a currency without a look at its own."
        "A hundred euro would arrive as a hundred kroner. Map the currency, or hold what differs.";
}
