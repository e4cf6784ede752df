"""This file writes hostile cards: each kind is one way in which a card could hurt whoever checks, publishes or scores it."""

from __future__ import annotations

import random
from collections.abc import Callable

from tests.drills.hostile_words import (
    CANARY,
    DAYS,
    NAMES,
    NUMBERS,
    STATEMENTS,
    TAKES,
    WORDS,
    Worst,
    card,
    condition,
    good,
    measure,
    scalar,
    tested,
)

Card = Callable[[random.Random], bytes]


def deep_lists(chance: random.Random) -> bytes:
    depth = chance.choice((10, 59, 61, 500, 20_000, 200_000))
    return card(more="x: " + "[" * depth + "]" * depth + "\n")


def deep_groups(chance: random.Random) -> bytes:
    depth = chance.choice((5, 20, 27, 28, 40, 400, 900))
    lines = [f"{'  ' * nth}- {{group: g{nth}, weight: 1, of: [" for nth in range(depth)]
    inner = "{measure: uses, table: usage, take: count, window: 28 days, points: {worst: 0, best: 4}, weight: 1, missing: skip}"
    text = "".join(line.strip().removeprefix("- ") for line in lines) + inner + "]}" * depth
    return card(f"- {text}\n")


def deep_brackets(chance: random.Random) -> bytes:
    depth = chance.choice((5, 19, 21, 300, 900))
    return tested("(" * depth + "quantity > 0" + ")" * depth)


def deep_nots(chance: random.Random) -> bytes:
    return tested("not " * chance.choice((3, 19, 21, 400)) + "quantity > 0")


def long_list(chance: random.Random) -> bytes:
    return tested(f"quantity in ({','.join(['1'] * chance.choice((150, 500, 980)))})")


def long_chain(chance: random.Random) -> bytes:
    word = chance.choice((" or ", " and ", " and not "))
    return tested(word.join(["batch>0"] * chance.choice((100, 150, 180))))


def enormous_condition(chance: random.Random) -> bytes:
    return tested(" or ".join(["quantity > 0"] * chance.choice((200, 2_000, 30_000))))


def odd_conditions(chance: random.Random) -> bytes:
    word = chance.choice((" or ", " and "))
    return tested(word.join(condition(chance) for _ in range(chance.randrange(1, 6))))


def huge_conditions(chance: random.Random) -> bytes:
    number = chance.choice(
        ("1e3", "-0.0", "999999999999.999999", "0.9999999999999", "5 %", "1" * 900, "1" * 40)
    )
    return tested(f"quantity > {number}")


def odd_takes(chance: random.Random) -> bytes:
    take = chance.choice(TAKES).format(test=condition(chance))
    lookup = "{lookup: {export: 100}, otherwise: 0}"
    return card(measure(take=scalar(take), points=lookup if take == "latest feature" else ""))


def odd_numbers(chance: random.Random) -> bytes:
    one, other = (chance.choice(NUMBERS) for _ in range(2))
    points = chance.choice((
        f"{{worst: {one}, best: {other}}}", f"{{steps: [{{below: {one}, points: {other}}}, {{otherwise: {one}}}]}}",
        f"{{own_target: employees, worst: {one}, best: {other}}}", f"{{baseline: 84 days, worst: {one}, best: {other}}}",
        f"{{lookup: {{export: {one}}}, otherwise: {other}}}",
    ))  # fmt: skip
    take = "latest feature" if "lookup" in points else chance.choice(("count", "sum quantity"))
    weight = chance.choice(("1", one))
    return card(
        measure(points=points, take=take, weight=weight), coverage=chance.choice(("0", other))
    )


def near_numbers(chance: random.Random) -> bytes:
    """Ends of a scale between which hardly any double lies: dividing by the way between them overflows."""
    ends = (
        ("1", "1.0000000000000002"),
        ("0", "5e-324"),
        ("1e15", "999999999999999.9"),
        ("-5e-324", "0"),
    )
    worst, best = chance.choice(ends)
    parts = (
        f"baseline: 84 days, worst: {worst}",
        f"own_target: employees, worst: {worst}",
        f"worst: {worst}",
    )
    return card(measure(points=f"{{{chance.choice(parts)}, best: {best}}}"))


def odd_days(chance: random.Random) -> bytes:
    given, other = (chance.choice(DAYS) for _ in range(2))
    fields = chance.choice((
        {"window": given}, {"least_tenure": given, "window": other}, {"missing": f"carry {given}"}, {"points": f"{{baseline: {given}, worst: 0, best: 1}}", "window": other},
        {"take": "growth of count", "window": given}, {"per": "seat", "grace": given},
    ))  # fmt: skip
    more = chance.choice(("", f"review_every: {given}\n", f"touch_within: {given}\n", f"trend: {{look_back: {given}, least_move: 5}}\n"))  # fmt: skip
    return card(measure(**fields), more)


def long_past(chance: random.Random) -> bytes:
    """As many earlier dates as a card can ask for."""
    size = chance.choice(("7 days", "2 days", "1 day"))
    points = chance.choice(("{worst: 0, best: 4}", "{baseline: 3660 days, worst: 0, best: 1}"))
    missing = chance.choice(("skip", "carry 3660 days"))
    count = chance.choice((20, 5, 1))
    table, take = chance.choice((("usage", "count"), ("usage", "distinct user"), ("tickets", "median satisfaction"), ("surveys", "latest score")))  # fmt: skip
    return card("".join(measure(f"m{nth}", table=table, take=take, window=size, points=points, missing=missing, where=f"batch > {nth}") for nth in range(count)))  # fmt: skip


def unstorable(chance: random.Random) -> bytes:
    bad = chance.choice(("\\0", "\\x00", "\\udc80x", "\\udfff", "\\U0000d800", "\\ud800"))
    fields = chance.choice((
        {"title": f'"{bad}"'}, {"why": f'"{bad}"'}, {"playbook": f'"x{bad}"'}, {"unit": f'"{bad}"'},
        {"take": "latest feature", "points": f'{{lookup: {{"{bad}": 5}}, otherwise: 1}}'}, {"where": f"\"feature = 'a{bad}'\""},
    ))  # fmt: skip
    more = chance.choice((
        f'title: "a{bad}"\n', f'"{bad}": 1\n', f'accounts: [{{account: "{bad}", because: x}}]\n',
        f'rules: [{{cap: 5, when: uses > 1, because: "{bad}"}}]\n', "",
    ))  # fmt: skip
    return card(measure(**fields), more)


def odd_words(chance: random.Random) -> bytes:
    first, second, third = (chance.choice(WORDS) for _ in range(3))
    health = measure(
        title=scalar(first), why=scalar(second), playbook=scalar(third), unit=scalar(first[:9])
    )
    more = chance.choice((
        f"title: {scalar(second)}\n", f"accounts:\n  - {{account: {scalar(first)}, because: {scalar(third)}}}\n",
        f"rules:\n  - {{cap: 40, when: uses >= 0, because: {scalar(third)}}}\n", f"{scalar(first)}: 1\n",
        f"outcomes: [{{outcome: o, because: {scalar(second)}, title: {scalar(third)}}}]\n",
        f"segments:\n  - {{segment: s, when: {scalar('industry = ' + repr(first))}, weights: {{{scalar(third)}: 1}}}}\n",
    ))  # fmt: skip
    return card(health, more)


def odd_bands(chance: random.Random) -> bytes:
    names = [chance.choice(WORDS) for _ in range(chance.randrange(2, 14))]
    bands = "".join(
        f"  - {{name: {scalar(name)}, from: {nth * 7}, means: watch}}\n"
        for nth, name in enumerate(names)
    )
    text = card(more=f"band_margin: {chance.choice(NUMBERS)}\n").decode()
    return (
        text.split("bands:")[0] + "bands:\n" + bands + "health:" + text.split("health:")[1]
    ).encode()


def odd_categories(chance: random.Random) -> bytes:
    words = dict.fromkeys(chance.choice(WORDS) for _ in range(8))
    lookup = ", ".join(f"{scalar(word)}: {chance.randrange(101)}" for word in words)
    return card(measure(take="latest feature", points=f"{{lookup: {{{lookup}}}, otherwise: 1}}"))


def statements(chance: random.Random) -> bytes:
    """Conditions that are SQL, or would be were they not read by a grammar."""
    text = chance.choice(STATEMENTS)
    return chance.choice((tested(text), card(measure(take=scalar(f"share where {text}"))), card(measure(per=scalar(f"units where {text}")))))  # fmt: skip


def odd_names(chance: random.Random) -> bytes:
    names = dict.fromkeys(chance.choice(NAMES) for _ in range(6))
    health = "".join(
        measure(name, take=chance.choice(("count", "days since", "distinct user")))
        for name in names
    )
    rule = f"rules:\n  - {{cap: 40, when: {scalar(f'{chance.choice(NAMES)} > 1')}, because: x}}\n"
    return card(health, chance.choice(("", rule)))


def yaml_tricks(chance: random.Random) -> bytes:
    bomb = "a: &a [x, x, x, x, x, x, x, x, x]\n" + "".join(
        f"{after}: &{after} [{', '.join(['*' + before] * 9)}]\n" for before, after in zip("abcdefgh", "bcdefghi", strict=True)
    )  # fmt: skip
    return chance.choice((
        bomb.encode(), b"!!python/object/apply:os.system ['true']\n", card(more="<<: {name: x}\n"), card() + b"---\n" + card(), b"%YAML 1.1\n---\n" + card(),
        card(more="? [a, b]\n: c\n"), card(more="name: again\n"), card(more="x: &y 1\nz: *y\n"), card(more="x: !!binary aGVsbG8=\n"), b"\xef\xbb\xbf" + card(),
        card().replace(b"\n", b"\r\n"), card().replace(b"\n", b"\r"), card(more="x: |\n" + "  line\n" * 5000), card(more="\tx: 1\n"), card().replace(b"name: hostile", b"name: !x hostile"),
        card(more=f"# {'c' * 400_000}\n"), card(more='x: "' + "\\x41" * 50_000 + '"\n'), b"keepwell: 1\nhealth: &a\n  - group: g\n    weight: 1\n    of: *a\n",
        f"!!python/object/apply:builtins.open ['{CANARY}']\n".encode(),  card().replace(b"1\n", b"1.0\n", 1), b"", b"   \n", b"# nothing\n",
        b"\x00" * 100, card().decode().encode("utf-16"), card(more="x: " + "y" * 600_000 + "\n"), card(more="x: {" * 3000), card(more="x: [" + "1," * 40_000 + "]\n"), b"- " * 100_000,
            f"keepwell: !include {CANARY}\n".encode(),
    ))  # fmt: skip


def many_measures(chance: random.Random) -> bytes:
    count = chance.choice((60, 150, 400, 1500, 2500))
    take = chance.choice(("count", "median quantity", "distinct user", "share where quantity > 1"))
    return card("".join(measure(f"m{nth}", take=take, where=f"quantity > {nth}") for nth in range(count)))  # fmt: skip


def many_conditions(chance: random.Random) -> bytes:
    count, values = chance.choice(((20, 200), (60, 200), (200, 200), (240, 980)))
    health = "".join(
        measure(f"m{nth}", where=f"quantity in ({','.join([str(nth % 9)] * values)})") for nth in range(count)
    )  # fmt: skip
    return card(health)


def many_dates(chance: random.Random) -> bytes:
    count = chance.choice((10, 40, 100))
    fields = {"missing": "carry 364 days", "points": "{baseline: 364 days, worst: 0, best: 1}"}
    return card("".join(measure(f"m{nth}", window=f"{nth + 1} days", **fields) for nth in range(count)))  # fmt: skip


def many_segments(chance: random.Random) -> bytes:
    segments, accounts = chance.choice(
        ((20, 0), (300, 0), (0, 200), (60, 200), (900, 900), (2000, 0), (0, 3000))
    )
    more = "segments:\n" if segments else ""
    more += "".join(f"  - {{segment: s{nth}, when: employees > {nth}, weights: {{uses: 2}}, points: {{uses: {{worst: 0, best: {nth + 1}}}}}}}\n" for nth in range(segments))  # fmt: skip
    more += "accounts:\n" if accounts else ""
    more += "".join(f"  - {{account: A-{nth}, because: x, weights: {{uses: 3}}, points: {{uses: {{worst: 0, best: {nth + 1000}}}}}}}\n" for nth in range(accounts))  # fmt: skip
    return card(more=more)


def many_rules(chance: random.Random) -> bytes:
    count = chance.choice((50, 300, 2000, 4000))
    rules = "".join(f"  - {{{chance.choice(('cap', 'floor', 'boost'))}: {nth % 100}, when: uses > {nth}, because: x}}\n" for nth in range(count))  # fmt: skip
    return card(more="rules:\n" + rules)


def many_steps(chance: random.Random) -> bytes:
    count = chance.choice((100, 1000, 5000))
    kind = chance.choice(("steps", "lookup"))
    if kind == "lookup":
        listed = ", ".join(f"c{nth}: {nth % 101}" for nth in range(count))
        return card(
            measure(take="latest feature", points=f"{{lookup: {{{listed}}}, otherwise: 0}}")
        )
    steps = ", ".join(f"{{below: {nth}, points: {nth % 101}}}" for nth in range(count))
    return card(measure(points=f"{{steps: [{steps}, {{otherwise: 0}}]}}"))


def many_outcomes(chance: random.Random) -> bytes:
    count = chance.choice((50, 1000, 4000))
    listed = "".join(f"  - {{outcome: o{nth}, because: x, matters_to: [everyone]}}\n" for nth in range(count))  # fmt: skip
    return card(more="outcomes:\n" + listed)


def cyclic_paths(chance: random.Random) -> bytes:
    path = chance.choice(
        (
            "a.a.a",
            "a",
            "a.a",
            "",
            ".",
            "..",
            "health",
            "a.b",
            "a.a.a.a.a",
            "*",
            "a.uses",
            "uses.uses",
        )
    )
    tree = "- group: a\n  weight: 1\n  of:\n    - group: a\n      weight: 1\n      of:\n" + measure(
        "a", deep=4
    )
    when = chance.choice(
        (
            "a > 1",
            "a_points > 1",
            "a_points > a",
            "health_points > 1",
            "rule_1_points > 1",
            "a_points_points > 1",
        )
    )
    more = f"segments:\n  - {{segment: s, when: employees > 1, weights: {{{scalar(path)}: 2}}}}\nrules:\n  - {{floor: 5, when: {when}, because: x}}\n"
    return card(tree, more)


def wrong_shapes(chance: random.Random) -> bytes:
    """A good card with one value replaced by something of another shape."""
    lines = good(chance).splitlines()
    at = chance.randrange(len(lines))
    key = lines[at].partition(":")[0]
    junk = chance.choice(("[]", "{}", "[[[]]]", "{a: {b: c}}", "null", "~", "yes", "[x, y]", "''", "2026-01-01", "1e3", "- x", "|", ">", "@", "`", "%", "*", "&"))  # fmt: skip
    lines[at] = f"{key}: {junk}"
    return "\n".join(lines).encode() + b"\n"


def torn(chance: random.Random) -> bytes:
    """A good card with bytes cut out, doubled or changed."""
    text = bytearray(good(chance).encode())
    for _ in range(chance.randrange(1, 6)):
        begin = chance.randrange(len(text))
        end = min(len(text), begin + chance.choice((1, 1, 5, 60)))
        text[begin:end] = chance.choice((b"", bytes(text[begin:end]) * 2, bytes(chance.randrange(256) for _ in range(3)), b"\xed\xa0\x80", b"\xff"))  # fmt: skip
    return bytes(text)


def denominators(chance: random.Random) -> bytes:
    per = chance.choice(("seat", "active user", "feature", "key feature", "fee", "units where annual_amount > 0 or units is missing", f"units where {condition(chance)}", "units where", "unit", "seat; DROP"))  # fmt: skip
    fields = {"per": scalar(per), "window": chance.choice(DAYS), "take": chance.choice(("count", "sum quantity", "distinct user", "spread quantity"))}  # fmt: skip
    return card(measure(**fields, grace=chance.choice(("", "3660 days", "1000000 days"))))


def spans(chance: random.Random) -> bytes:
    table, operand = chance.choice((
        ("tickets", "hours from at to resolved_at or as_of"), ("invoices", "days from due_on to paid_on or as_of less days_late"), ("outcomes", "progress of value from baseline to target"),
        ("milestones", "progress of as_of from planned_on to due_on"), ("contracts", "days from starts_on to ends_on"), ("tickets", "hours from as_of to as_of"),
        ("contracts", "days from ends_on to as_of less notice_days"), ("invoices", "sum"), ("tickets", "hours from opened to closed"),
    ))  # fmt: skip
    value = chance.choice(("999999999999.999999", "-999999999999", "0.0000000001", "1e9", operand))
    take = chance.choice(
        (
            f"mean {operand}",
            f"sum {operand}",
            f"max {operand}",
            f"share where {operand} > {value}",
            f"median {operand}",
        )
    )
    return card(measure(table=table, take=scalar(take), window=chance.choice(("365 days", "all"))))


def peers(chance: random.Random) -> bytes:
    column = chance.choice(
        (
            "all",
            "segment",
            "industry",
            "name",
            "employees",
            "account_id",
            "parent_id",
            "nowhere",
            "owner",
            "country",
        )
    )
    own = f"{{peers: {column}, better: {chance.choice(('higher', 'lower', 'x'))}}}"
    return card(
        measure(points=own, take=chance.choice(("count", "median quantity", "sum quantity")))
    )


def parents(chance: random.Random) -> bytes:
    how = chance.choice(
        (
            "by revenue",
            "by count",
            "worst 1",
            "worst 9999",
            "worst 0",
            "worst 99999",
            "by magic",
            "worst -1",
            "worst ٣",
        )
    )
    return card(more=f"parents: {how}\n")


def long_texts(chance: random.Random) -> bytes:
    text = chance.choice(("x", "я", "👾", "x ")) * chance.choice((199, 1999, 2001, 50_000, 120_000))
    more = chance.choice((f"title: {text}\n", f"rules:\n  - {{cap: 40, when: uses >= 0, because: {text}}}\n", f"accounts:\n  - {{account: ACC-1, because: {text}}}\n"))  # fmt: skip
    return card(chance.choice((measure(), measure(why=text), measure(playbook=text))), more)


KINDS: tuple[Card, ...] = (
    deep_lists, deep_groups, deep_brackets, deep_nots, long_list, long_chain, enormous_condition, odd_conditions, huge_conditions, odd_takes, odd_numbers,
    near_numbers, odd_days, long_past, unstorable, odd_words, odd_bands, odd_categories, statements, odd_names, yaml_tricks, many_measures,
    many_conditions, many_dates, many_segments, many_rules, many_steps, many_outcomes, cyclic_paths, wrong_shapes, torn, denominators, spans,
    peers, parents, long_texts,
)  # fmt: skip


def hostile(case: int, canary: str) -> tuple[str, bytes]:
    """Write the card of a case, the same each time: the kinds in turn, first at their worst and then with other dice."""
    around, at = divmod(case, len(KINDS))
    made = KINDS[at](random.Random(case) if around else Worst(case))
    return KINDS[at].__name__, made.replace(CANARY.encode(), canary.encode())
