/*
 * Islands: crowds of goroutines that timers wake, and that only one another could end.
 *
 * Each client has two goroutines, which wait for time and for the end of the other one. One of them
 * keeps a block.
 */
#include "tests/unit/synth/synth.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static const char GO[] = "go1.26.8";

enum { MANY = 12, FEW = 9, KEPT = 8192 };

#define HOUR UINT64_C(3600000000000)

struct client {
    struct synth_g *reader, *writer;
    uint64_t read, written; /* the channels that end them */
};

static const struct gt_finding *found(struct synth *synth)
{
    return synth_finding(synth_report(synth), GT_HUNG_GOROUTINE);
}

static void assert_none(struct synth *synth)
{
    const struct gt_finding *finding = found(synth);

    if (finding) fail_msg("%s", finding->title);
}

/* A channel of struct{} without a buffer. */
static uint64_t end_channel(struct synth *synth)
{
    uint64_t channel = synth_channel(synth, 0);

    synth_channel_of(synth, channel, synth_type_struct(synth, "struct {}", 0, NULL, 0));
    return channel;
}

static void wait_beside_a_timer(struct synth *synth, struct synth_g *g, uint64_t channel)
{
    const uint64_t channels[] = {channel, synth_timer_channel(synth, synth_after(synth))};

    synth_local(g, channels[0]);
    synth_local(g, channels[1]);
    synth_wait_select(g, channels, 2, false);
}

/* Each of its goroutines reaches what the other one waits for. */
static struct client client_of(struct synth *synth, uint64_t read, uint64_t written)
{
    struct client client = {synth_go(synth, "main.read"), synth_go(synth, "main.write"), read,
                            written};

    synth_local(client.reader, synth_object(synth, KEPT, NULL));
    synth_local(client.reader, written);
    synth_local(client.writer, read);
    wait_beside_a_timer(synth, client.reader, read);
    wait_beside_a_timer(synth, client.writer, written);
    return client;
}

static struct client client(struct synth *synth)
{
    return client_of(synth, end_channel(synth), end_channel(synth));
}

static void clients_that_the_program_lost_are_suspects(void **state)
{
    struct synth *synth = synth_begin(state, GO);

    for (int i = 0; i < MANY; i++)
        client(synth);
    const struct gt_finding *finding = found(synth);
    assert_non_null(finding);
    assert_int_equal(finding->confidence, GT_SUSPECT);
    assert_int_equal(finding->count, 2 * MANY);
    assert_true(finding->bytes_freed >= MANY * KEPT);
    assert_non_null(strstr(finding->title, " of main "));
    assert_null(strstr(finding->title, "forever"));
}

static void those_that_the_program_has_are_none(void **state)
{
    struct synth *synth = synth_begin(state, GO);

    for (int i = 0; i < MANY; i++)
        synth_global(synth, "main.clients", client(synth).read);
    assert_none(synth);
}

static void those_that_a_goroutine_at_work_has_are_none(void **state)
{
    struct synth *synth = synth_begin(state, GO);

    for (int i = 0; i < MANY; i++) {
        struct synth_g *g = synth_go(synth, "main.serve");
        synth_local(g, client(synth).written);
        synth_wait(g, SYNTH_IO);
    }
    assert_none(synth);
}

static void a_few_are_none(void **state)
{
    struct synth *synth = synth_begin(state, GO);

    for (int i = 0; i < FEW; i++)
        synth_local(client(synth).reader, synth_object(synth, 2 * KEPT, NULL));
    assert_none(synth);
}

/* Whoever waits only for time works for the other one. */
static void those_whom_a_clock_serves_are_none(void **state)
{
    struct synth *synth = synth_begin(state, GO);

    for (int i = 0; i < MANY; i++) {
        uint64_t work = end_channel(synth),
                 clock = synth_timer_channel(synth, synth_ticker(synth, HOUR));
        struct synth_g *worker = synth_go(synth, "main.work"),
                       *pacer = synth_go(synth, "main.pace");
        synth_local(worker, synth_object(synth, KEPT, NULL));
        wait_beside_a_timer(synth, worker, work);
        synth_local(pacer, work);
        synth_local(pacer, clock);
        synth_wait_channel(pacer, SYNTH_RECEIVE, clock);
    }
    assert_none(synth);
}

/* A channel with elements brings work; the other goroutine may send it. */
static void those_that_wait_for_work_are_none(void **state)
{
    struct synth *synth = synth_begin(state, GO);

    for (int i = 0; i < MANY; i++)
        client_of(synth, synth_channel(synth, 8), synth_channel(synth, 8));
    assert_none(synth);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(clients_that_the_program_lost_are_suspects, synth_end),
        cmocka_unit_test_teardown(those_that_the_program_has_are_none, synth_end),
        cmocka_unit_test_teardown(those_that_a_goroutine_at_work_has_are_none, synth_end),
        cmocka_unit_test_teardown(a_few_are_none, synth_end),
        cmocka_unit_test_teardown(those_whom_a_clock_serves_are_none, synth_end),
        cmocka_unit_test_teardown(those_that_wait_for_work_are_none, synth_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
