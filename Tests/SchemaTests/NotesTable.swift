/// The table that the tests use, as a migration.
let notesTable = """
    create table notes (
        id bigint generated always as identity,
        body text not null,
        constraint notes_pkey primary key (id)
    );
    create index notes_body_idx on notes (body);
    """
