// What a program of C does with libpq alone: groups of events of a tenant, by the statement that ingest has, each group with
// its preamble in one round trip and one durable transaction.
//   ingest CONNECTION ROLE SCHEMA STATEMENT-FILE SEED ROWS GROUPS CONNECTIONS FIXED     prints events a second
#include <endian.h>
#include <libpq-fe.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum {
    COLUMNS = 23, PARAMETERS = 26, ARRIVALS = 23, ADS = 25, BOOLEAN = 16, BYTEA = 17, INT8 = 20, INT2 = 21, INT4 = 23, TEXT = 25, FLOAT4 = 700, TIMESTAMPTZ = 1184,
    NUMERIC = 1700, UUID = 2950,
};
// Types of elements and of their arrays.
static const Oid elements[COLUMNS] = {
    UUID, UUID, INT2, TIMESTAMPTZ, TIMESTAMPTZ, TEXT, TEXT, TEXT, TEXT, INT4, INT8, FLOAT4, TEXT, TEXT, TEXT, NUMERIC, TEXT,
    TEXT, TEXT, TEXT, BYTEA, UUID, TEXT,
};
// Before the column of arrivals: what the group is called, and the state of who is forgotten; after it: which definitions of
// conversions are in force, and the column of ads.
static const Oid types[PARAMETERS] = {
    2951, 2951, 1005, 1185, 1185, 1009, 1009, 1009, 1009, 1007, 1016, 1021, 1009, 1009, 1009, 1231, 1009, 1009, 1009, 1009, 1001,
    UUID, INT8, 2951, INT8, 1009,
};

static const char *dsn, *role, *schema;
static char *statement;
static uint64_t seed;
static int rows, groups, is_fixed;

static void fail(PGconn *connection, const char *what) {
    fprintf(stderr, "%s: %s\n", what, connection ? PQerrorMessage(connection) : "");
    exit(1);
}

static double now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return time.tv_sec + time.tv_nsec / 1e9;
}

// SplitMix64, for ids as random as hashes are.
static uint64_t mixed(uint64_t number) {
    number += 0x9e3779b97f4a7c15;
    number = (number ^ number >> 30) * 0xbf58476d1ce4e5b9;
    number = (number ^ number >> 27) * 0x94d049bb133111eb;
    return number ^ number >> 31;
}

static char *put(char *place, const void *bytes, int32_t length) {
    int32_t big = htobe32(length);
    memcpy(place, &big, 4);
    if (length > 0) memcpy(place + 4, bytes, length);
    return place + 4 + (length > 0 ? length : 0);
}

// One value of a column: of an event such as the benchmark sends.
static char *put_value(char *place, int column, uint64_t number) {
    static const char rest[] = "a visit: the address of the page with its tags, and that of the page before, as the events have it; "
                               "and what is left over of other fields, some hundred and fifty bytes in all";
    uint64_t first = mixed(number), second = mixed(first);
    uint64_t time = 1772366400000 + number / 100;
    uint64_t key[2] = {htobe64(time << 16 | 8 << 12 | first >> 52), htobe64(second >> 2 | (uint64_t)1 << 63)};
    uint64_t digest[2] = {htobe64(first), htobe64(second)};
    int64_t moment = htobe64((time - 946684800000) * 1000), version = 0;
    int16_t kind = htobe16(1);
    int32_t channel = htobe32(4);
    uint32_t sure = htobe32(0x3f733333);
    char id[64];
    switch (column) {
        case 0: return put(place, key, 16);
        case 1: return is_fixed ? put(place, NULL, -1) : put(place, digest, 16);
        case 2: return put(place, &kind, 2);
        case 3: case 4: return put(place, &moment, 8);
        case 5: return put(place, id, snprintf(id, sizeof id, "%016lx-%016lx", (long)first, (long)number));
        case 6: return put(place, id, snprintf(id, sizeof id, "visitor-%lu", (long)(first % 100000)));
        case 9: return put(place, &channel, 4);
        case 10: return put(place, &version, 8);
        case 11: return put(place, &sure, 4);
        case 12: return put(place, "google", 6);
        case 13: return put(place, "cpc", 3);
        case 14: return put(place, "spring-sale", 11);
        case 19: return put(place, "bench", 5);
        case 20: return put(place, rest, 150);
        case 21: return put(place, digest, 16);
        default: return put(place, NULL, -1);
    }
}

static char *put_array(char *place, int column, uint64_t first) {
    int32_t head[5] = {htobe32(1), htobe32(1), htobe32(elements[column]), htobe32(rows), htobe32(1)};
    memcpy(place, head, sizeof head);
    place += sizeof head;
    for (int row = 0; row < rows; row++) place = put_value(place, column, first + row);
    return place;
}

static void query(PGconn *connection, const char *name, int count, const char **values, const int *lengths) {
    int formats[PARAMETERS];
    for (int index = 0; index < count; index++) formats[index] = 1;
    if (!PQsendQueryPrepared(connection, name, count, values, lengths, formats, 1)) fail(connection, name);
}

static void write_group(PGconn *connection, char *buffer, uint64_t number) {
    const char *values[PARAMETERS];
    int lengths[PARAMETERS];
    char *place = buffer;
    for (int column = 0; column < COLUMNS; column++) {
        int parameter = column == 22 ? ADS : column == 21 ? ARRIVALS : column;
        values[parameter] = place;
        place = put_array(place, column, seed + number * rows);
        lengths[parameter] = place - values[parameter];
    }
    uint64_t token[2] = {mixed(seed ^ number), mixed(seed + number)};
    values[ARRIVALS - 2] = (const char *)token;
    lengths[ARRIVALS - 2] = 16;
    static const int64_t state = 0;
    values[ARRIVALS - 1] = (const char *)&state;
    lengths[ARRIVALS - 1] = 8;
    const int64_t definitions = htobe64(1);
    values[ARRIVALS + 1] = (const char *)&definitions;
    lengths[ARRIVALS + 1] = 8;
    const char *scope[] = {role, schema, "30000"};
    int scope_lengths[] = {strlen(role), strlen(schema), 5};
    query(connection, "preamble", 3, scope, scope_lengths);
    query(connection, "insert", PARAMETERS, values, lengths);
    if (!PQpipelineSync(connection)) fail(connection, "sync");
    while (1) {
        PGresult *result = PQgetResult(connection);
        if (!result) {
            if (PQflush(connection) < 0) fail(connection, "flush");
            continue;
        }
        ExecStatusType status = PQresultStatus(result);
        if (status == PGRES_TUPLES_OK && PQnfields(result) == 1 && PQntuples(result) > 0) fail(NULL, "a duplicate");
        if (status != PGRES_TUPLES_OK && status != PGRES_PIPELINE_SYNC) fail(connection, "result");
        PQclear(result);
        if (status == PGRES_PIPELINE_SYNC) return;
    }
}

static PGconn *connected(void) {
    static const Oid texts[3] = {TEXT, TEXT, TEXT};
    static const char preamble[] = "select set_config('role', $1, true), set_config('search_path', $2, true), "
                                   "set_config('statement_timeout', $3, true)";
    char path[512];
    PGconn *connection = PQconnectdb(dsn);
    if (PQstatus(connection) != CONNECTION_OK) fail(connection, "connect");
    snprintf(path, sizeof path, "set search_path = %s; set role %s", schema, role);
    PQclear(PQexec(connection, path));
    PGresult *results[] = {PQprepare(connection, "preamble", preamble, 3, texts),
                           PQprepare(connection, "insert", statement, PARAMETERS, types)};
    for (int index = 0; index < 2; index++) {
        if (PQresultStatus(results[index]) != PGRES_COMMAND_OK) fail(connection, "prepare");
        PQclear(results[index]);
    }
    PQclear(PQexec(connection, "reset role"));
    if (!PQenterPipelineMode(connection)) fail(connection, "pipeline");
    return connection;
}

struct part { PGconn *connection; int first, step; };

static void *work(void *argument) {
    struct part *part = argument;
    char *buffer = malloc((size_t)rows * 1024 + 65536);
    for (int number = part->first; number < groups; number += part->step) write_group(part->connection, buffer, number);
    free(buffer);
    return NULL;
}

int main(int count, char **arguments) {
    if (count != 10) return 2;
    dsn = arguments[1], role = arguments[2], schema = arguments[3];
    FILE *file = fopen(arguments[4], "r");
    statement = calloc(1, 65536);
    if (!file || !fread(statement, 1, 65535, file)) fail(NULL, "statement");
    seed = strtoull(arguments[5], NULL, 10);
    rows = atoi(arguments[6]), groups = atoi(arguments[7]);
    int connections = atoi(arguments[8]);
    is_fixed = atoi(arguments[9]);
    struct part parts[64];
    pthread_t threads[64];
    if (connections < 1 || connections > 64) return 2;
    for (int index = 0; index < connections; index++) parts[index] = (struct part){connected(), index, connections};
    double start = now();
    for (int index = 0; index < connections; index++) pthread_create(&threads[index], NULL, work, &parts[index]);
    for (int index = 0; index < connections; index++) pthread_join(threads[index], NULL);
    printf("%.0f\n", (double)rows * groups / (now() - start));
    return 0;
}
