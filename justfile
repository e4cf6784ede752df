# Every task of the project. `just` alone lists them.

python := ".venv/bin/python"

default:
    @just --list --unsorted

# make the environment from the lock
setup:
    python3 -m venv .venv
    .venv/bin/pip install -q uv
    .venv/bin/uv sync -q --frozen

# run the command line: just run scores --workspace examples/starter
run *args:
    .venv/bin/keepwell {{args}}

# look for what a machine can find: lint, types, arrows
check:
    .venv/bin/ruff check .
    .venv/bin/ruff format --check src tests
    .venv/bin/mypy
    .venv/bin/lint-imports

# all tests, on two cores; bytecode is kept, or every process would compile all libraries again
test *args:
    PYTHONDONTWRITEBYTECODE= .venv/bin/pytest -q -n 2 --dist worksteal {{args}}

# the tests with all that `just test` samples: both databases, every way through the book, 2,000 random examples
whole *args:
    KEEPWELL_EXAMPLES=2000 PYTHONDONTWRITEBYTECODE= .venv/bin/pytest -q -n 2 --dist worksteal {{args}}

# write the book of rules from its pages
book:
    {{python}} -m tests.book.write

# write the page and the templates of the tables
tables:
    {{python}} -m tests.house.tables

# write the page of the catalogue of metrics
catalogue:
    {{python}} -m tests.house.catalogue

# ten thousand random cards and facts: the engines must agree; and the book on Spark, where its extra and Java are there
random *args:
    KEEPWELL_EXAMPLES=10000 PYTHONDONTWRITEBYTECODE= .venv/bin/pytest -q -n 2 --dist worksteal tests/random tests/spark {{args}}

# speed against the plainest alternative
bench *args:
    {{python}} -m tests.bench {{args}}

# order-of-fsync, torn-files, conservation, uploads, definitions, kills, disk-full, together, slow-clients, contention, injection, audit, permissions; --mutant NAME breaks something on purpose
drill name *args:
    {{python}} -m tests.drills.{{replace(name, "-", "_")}} {{args}}

# a simulated company in keepwell-demo, from its messy files to two years of scores
demo *args:
    .venv/bin/keepwell demo {{args}}
