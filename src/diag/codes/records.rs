//! Codes of the group `records`: an entity as a whole.

use super::codes;

codes! {
    NO_SYSTEMS = "no-systems" Error
        "An entity that does not say which records it stands for."
        "Its first line names them: `severa Customer <-> business Actor where CustNo > 0`.";
    NO_PAIRING = "no-pairing" Error
        "An entity without identity and without match keys."
        "Records could be created again in every run. Give an `identity`, a `match`, or both.";
    ONE_MATCH_KEY = "one-match-key" Warning
        "A match by number without name, or by name without number."
        "Two different records may share one of them. Match by both.";
    MASTER_ONE_WAY = "master-one-way" Error
        "A master on an entity that goes one way."
        "Where records are created one way only, their source rules. Remove the line.";
    BAD_MASTER = "bad-master" Error
        "A master that is neither a side, a setting of a side, nor `none`."
        "Write `master severa`, `master business`, `master none`, or the name of a setting of type `side`.";
    BAD_POLICY = "bad-policy" Error
        "A conflict policy that does not exist."
        "The policies are `newest`, `severa`, `business` and `hold`.";
    BAD_IDENTITY = "bad-identity" Error
        "An identity that the two records cannot hold."
        "It reads `identity guid -> Inf[n]`: Severa's GUID into a text column of at least 36 characters.";
    NUMBER_DIRECTION = "number-direction" Error
        "Numbers that a side would assign on which nothing is created."
        "`number … by business` needs an entity that creates records in Visma Business.";
    NOT_A_CONDITION = "not-a-condition" Error
        "Something that is neither true nor false where a condition is needed."
        "Compare it with something, or write `is set` or `is blank`.";
    FILTER_DIRECTION = "filter-direction" Error
        "A filter on a side from which nothing is sent."
        "Remove it, or let the entity's arrow point both ways.";
    LINK_CIRCLE = "link-circle" Error
        "Entities that each need the other first."
        "Let one of the links do without: `or blank` or `or keep`.";
    PART_WITHOUT_OWNER = "part-without-owner" Error
        "A part whose rows nothing ties to the record above."
        "Its own `where` names a column of the record above: `business OrdLn where OrdNo = owner.OrdNo`.";
    REPEATED_STATEMENT = "repeated-statement" Error
        "A statement that an entity has once, written twice."
        "Only one of them could hold. Remove one, or join two filters with `and`.";
    NUMBER_BY = "number-by" Error
        "Numbers that nobody gives."
        "`by business`: Visma Business assigns them. `by position`, in a part: the record's place among its owner's.";
    MATCH_TYPES = "match-types" Error
        "Match keys that can never be equal."
        "Match a number with a number and a name with a name.";
    SCOPE_CONDITION = "scope-condition" Error
        "A record's own `where` with more than fields against constants and settings."
        "It says which records are meant at all, on both sides of time: what a new record gets follows from it. Other conditions stand in `send from … where`.";
    CHANGE_OUTSIDE = "change-outside" Error
        "`drop` or `change part` where there is nothing below to change."
        "They belong into `change entity NAME { … }` of a mapping that extends another.";
    SAME_ROW_MANY = "same-row-many" Error
        "A part of the same row that may stand for several records."
        "One row holds one. Say which, `first by createdDateTime`, or give the part rows of its own.";
    SAME_ROW_STATEMENT = "same-row-statement" Error
        "A statement about records of their own in a part of the same row."
        "Its records have no row, so no identity, number or filter of their own: such a part holds lines only.";
    EACH_OF_ONE = "each-of-one" Error
        "`each` over a single value."
        "End it with a transform that makes several, such as `wrap(60)`.";
}
