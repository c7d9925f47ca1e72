// What a program of C does with libpq alone: transactions in a pipeline of 32, and a COPY.
//   postgres CONNECTION SECONDS     prints `operation nanoseconds` for each operation
#include <libpq-fe.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <endian.h>

enum { DEPTH = 32, TENANTS = 8, ITEMS = 1000, COPY_ROWS = 500000 };

static PGconn *connection;

static void fail(const char *what) {
    fprintf(stderr, "%s: %s\n", what, PQerrorMessage(connection));
    exit(1);
}

static double now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return time.tv_sec * 1e9 + time.tv_nsec;
}

static void prepare(const char *name, const char *sql, int count, const Oid *types) {
    PGresult *result = PQprepare(connection, name, sql, count, types);
    if (PQresultStatus(result) != PGRES_COMMAND_OK) fail(name);
    PQclear(result);
}

static void run(const char *sql) {
    PGresult *result = PQexec(connection, sql);
    if (PQresultStatus(result) != PGRES_COMMAND_OK && PQresultStatus(result) != PGRES_TUPLES_OK) fail(sql);
    PQclear(result);
}

static void send_select(const char *name, uint64_t number) {
    int64_t key = htobe64(1 + number % ITEMS);
    const char *values[] = {(const char *)&key};
    int lengths[] = {8}, formats[] = {1};
    if (!PQsendQueryPrepared(connection, name, 1, values, lengths, formats, 1)) fail("select");
}

static void send_plain(uint64_t number) {
    if (!PQsendQueryPrepared(connection, "begin", 0, NULL, NULL, NULL, 1)) fail("begin");
    send_select("select-0", number);
    if (!PQsendQueryPrepared(connection, "commit", 0, NULL, NULL, NULL, 1)) fail("commit");
    if (!PQpipelineSync(connection)) fail("sync");
}

static void send_scoped(uint64_t number, unsigned tenant) {
    char schema[16], name[16];
    snprintf(schema, sizeof schema, "t_%u", tenant);
    snprintf(name, sizeof name, "select-%u", tenant);
    const char *values[] = {schema, schema, "60000"};
    int lengths[] = {strlen(schema), strlen(schema), 5}, formats[] = {1, 1, 1};
    if (!PQsendQueryPrepared(connection, "preamble", 3, values, lengths, formats, 1)) fail("preamble");
    send_select(name, number);
    if (!PQpipelineSync(connection)) fail("sync");
}

static void send_next(int operation, uint64_t number) {
    if (operation == 0) send_plain(number);
    else send_scoped(number, operation == 1 ? 0 : number % TENANTS);
}

// Waits for the end of the oldest transaction, reading each result.
static void receive(void) {
    while (1) {
        PGresult *result = PQgetResult(connection);
        if (!result) continue;
        ExecStatusType status = PQresultStatus(result);
        if (status == PGRES_TUPLES_OK && PQnfields(result) == 1 && PQntuples(result) != 1) fail("row");
        if (status != PGRES_TUPLES_OK && status != PGRES_COMMAND_OK && status != PGRES_PIPELINE_SYNC) fail("result");
        PQclear(result);
        if (status == PGRES_PIPELINE_SYNC) return;
    }
}

static double transactions(int operation, double seconds) {
    uint64_t sent = 0, received = 0;
    double start = now(), end = start + seconds * 1e9;
    while (now() < end) {
        while (sent < received + DEPTH) send_next(operation, sent++);
        receive();
        received++;
    }
    double elapsed = now() - start;
    uint64_t counted = received;
    while (received < sent) {
        receive();
        received++;
    }
    return elapsed / counted;
}

static double copy(void) {
    static char buffer[65536 + 256];
    static const char head[19] = "PGCOPY\n\377\r\n";
    run("begin");
    run("truncate copied");
    PGresult *result = PQexec(connection, "copy copied from stdin (format binary)");
    if (PQresultStatus(result) != PGRES_COPY_IN) fail("copy");
    PQclear(result);
    double start = now();
    size_t length = sizeof head;
    memcpy(buffer, head, length);
    for (int64_t row = 0; row < COPY_ROWS; row++) {
        char *place = buffer + length;
        int16_t count = htobe16(3);
        int32_t eight = htobe32(8), text = htobe32(20);
        int64_t key = htobe64(row);
        double amount = row * 0.5;
        uint64_t bits;
        memcpy(&bits, &amount, 8);
        bits = htobe64(bits);
        memcpy(place, &count, 2);
        memcpy(place + 2, &eight, 4);
        memcpy(place + 6, &key, 8);
        memcpy(place + 14, &text, 4);
        memcpy(place + 18, "twenty letters long.", 20);
        memcpy(place + 38, &eight, 4);
        memcpy(place + 42, &bits, 8);
        length += 50;
        if (length >= 65536) {
            if (PQputCopyData(connection, buffer, length) != 1) fail("put");
            length = 0;
        }
    }
    memcpy(buffer + length, "\377\377", 2);
    if (PQputCopyData(connection, buffer, length + 2) != 1 || PQputCopyEnd(connection, NULL) != 1) fail("end");
    while ((result = PQgetResult(connection))) {
        if (PQresultStatus(result) != PGRES_COMMAND_OK) fail("copy");
        PQclear(result);
    }
    double elapsed = now() - start;
    run("rollback");
    return elapsed / COPY_ROWS;
}

int main(int count, char **arguments) {
    if (count != 3) return 2;
    double seconds = atof(arguments[2]);
    const char *operations[] = {"plain", "scoped", "changing"};
    const Oid text[] = {25, 25, 25}, key[] = {20};
    connection = PQconnectdb(arguments[1]);
    if (PQstatus(connection) != CONNECTION_OK) fail("connect");
    prepare("begin", "begin", 0, NULL);
    prepare("commit", "commit", 0, NULL);
    prepare("preamble",
        "select set_config('role', $1, true), set_config('search_path', $2, true),\n"
        "    set_config('statement_timeout', $3, true),\n    set_config('transaction_read_only', 'on', true)", 3, text);
    for (unsigned tenant = 0; tenant < TENANTS; tenant++) {
        char name[16], path[64];
        snprintf(name, sizeof name, "select-%u", tenant);
        snprintf(path, sizeof path, "set search_path = t_%u", tenant);
        run(path);
        prepare(name, "select name from items where id = $1", 1, key);
    }
    // The statement of plain transactions finds its table without a preamble.
    run("set search_path = t_0");
    printf("copy %.3f\n", copy());
    if (!PQenterPipelineMode(connection)) fail("pipeline");
    for (int operation = 0; operation < 3; operation++) {
        transactions(operation, seconds / 5);
        printf("%s %.3f\n", operations[operation], transactions(operation, seconds));
    }
    PQfinish(connection);
    return 0;
}
