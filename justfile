# The recipes of this repository; `just` lists them. CI runs `just ci`.

_list:
    @just --list

# A server with the samples in it.
serve:
    cargo run -- serve --load samples

# The tests, as README.md has them.
test:
    cargo test

# All that has to hold before a change is landed.
ci:
    .ci/run

# The clients of other makers.
clients:
    tests/clients/run

# Faults under a real server (kills, full disks, EIO, hostile peers …), with counts; takes hours. `just faults --scale 0.02 kills`.
faults *arguments:
    tests/faults/run {{arguments}}

# The pages of docs/ as a book, in target/book/docs; checks all links.
book:
    tests/docs/book

# Writes today's answers into README.md and docs/.
readme:
    tests/docs/run --update

# The pictures of docs/: the console, which needs Chromium and pngquant, and the plot of speed.
pictures:
    cargo build --locked
    tests/docs/screenshot
    python3 tests/docs/plot.py

# Writes docs/configuration.md from the comments in src/config.rs.
configuration:
    ARTICLED_TEST_UPDATE=1 cargo test --test tidy the_page_of_settings_is_fresh

# Writes docs/parsing.md from the examples in tests/parsing.
parsing:
    ARTICLED_TEST_UPDATE=1 cargo test --test parsing the_page_on_parsing_is_fresh

# Records the contract as released: `buf breaking` compares with it from then on. Part of a release.
release-contract:
    . tests/clients/tools && buf build --exclude-source-info -o proto/released.binpb

# Licences, sources, bans and advisories of the dependencies.
deny:
    .ci/deny

# The container, and a first look at it.
container:
    docker compose up --build --detach --wait

# A Debian package in target/debian. Needs cargo-deb.
deb:
    deploy/debian/build

# Everything of a release, in target/release-VERSION.
release *folder:
    deploy/release/build {{folder}}

# Builds the program again in another folder, and compares it with that of the release.
reproduce:
    deploy/release/reproduce
