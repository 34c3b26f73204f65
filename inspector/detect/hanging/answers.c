/* A table has the functions by which the program answers. A call's answers go to the object that
 * its first argument names. If the code names none, they go to all objects that such an answer
 * could end a wait for. */
#include "inspector/detect/hanging/answers.h"

#include <string.h>

/* Functions of Go's library by which the program answers. */
static const struct answerer {
    const char *function;
    unsigned answers;
} answerers[] = {
    {"runtime.chanrecv1", GT_ANSWER_RECEIVE},
    {"runtime.chanrecv2", GT_ANSWER_RECEIVE},
    {"runtime.selectnbrecv", GT_ANSWER_RECEIVE},
    {"runtime.chansend1", GT_ANSWER_SEND},
    {"runtime.selectnbsend", GT_ANSWER_SEND},
    {"runtime.closechan", GT_ANSWER_SEND},
    {"runtime.selectgo", GT_ANSWER_SEND | GT_ANSWER_RECEIVE},
    {"reflect.Select", GT_ANSWER_SEND | GT_ANSWER_RECEIVE},
    {"reflect.Value.Recv", GT_ANSWER_RECEIVE},
    {"reflect.Value.TryRecv", GT_ANSWER_RECEIVE},
    {"reflect.Value.Send", GT_ANSWER_SEND},
    {"reflect.Value.TrySend", GT_ANSWER_SEND},
    {"reflect.Value.Close", GT_ANSWER_SEND},
    {"sync.(*Cond).Signal", GT_ANSWER_SIGNAL},
    {"sync.(*Cond).Broadcast", GT_ANSWER_SIGNAL},
    {"sync.runtime_notifyListNotifyOne", GT_ANSWER_SIGNAL},
    {"sync.runtime_notifyListNotifyAll", GT_ANSWER_SIGNAL},
    {"sync.(*WaitGroup).Done", GT_ANSWER_DONE},
    {"sync.(*WaitGroup).Add", GT_ANSWER_DONE},
    {"sync.(*WaitGroup).Go", GT_ANSWER_DONE},
    {"sync.(*Mutex).Unlock", GT_ANSWER_UNLOCK},
    {"sync.(*Mutex).unlockSlow", GT_ANSWER_UNLOCK},
    {"internal/sync.(*Mutex).Unlock", GT_ANSWER_UNLOCK},
    {"internal/sync.(*Mutex).unlockSlow", GT_ANSWER_UNLOCK},
    {"sync.(*RWMutex).Unlock", GT_ANSWER_UNLOCK},
    {"sync.(*RWMutex).RUnlock", GT_ANSWER_UNLOCK},
    {"sync.(*RWMutex).rUnlockSlow", GT_ANSWER_UNLOCK},
    {"sync.(*rlocker).Unlock", GT_ANSWER_UNLOCK},
    {"sync.(*Cond).Wait", GT_ANSWER_UNLOCK},
};

void gt_answers_init(struct gt_answers *answers, const struct gt_process *process)
{
    *answers = (struct gt_answers){.process = process};
}

void gt_answers_deinit(struct gt_answers *answers)
{
    gt_map_deinit(&answers->callees);
    gt_map_deinit(&answers->objects);
    gt_map_deinit(&answers->types);
    gt_map_deinit(&answers->own);
}

static unsigned answers_of(struct gt_answers *answers, uint64_t callee)
{
    bool added;
    uint64_t *known = gt_map_put(&answers->callees, callee, &added);

    if (!added) return (unsigned)*known - 1;
    const char *name = gt_process_function(answers->process, callee);
    size_t length = strlen(name);
    if (length > 3 && strcmp(name + length - 3, "-fm") == 0) length -= 3; /* a method value */
    *known = 1;
    for (size_t i = 0; i < sizeof answerers / sizeof *answerers; i++)
        if (strlen(answerers[i].function) == length &&
            memcmp(name, answerers[i].function, length) == 0)
            *known = answerers[i].answers + 1;
    return (unsigned)*known - 1;
}

/* A select says how many of its cases send and receive (runtime/select.go). */
static unsigned answers_of_select(const struct gt_reached_call *call, unsigned answers)
{
    enum { SENDS = 3, RECEIVES = 4 };

    if (call->known >> SENDS & 1 && !call->arguments[SENDS]) answers &= ~GT_ANSWER_SEND;
    if (call->known >> RECEIVES & 1 && !call->arguments[RECEIVES]) answers &= ~GT_ANSWER_RECEIVE;
    return answers;
}

static bool is_reflects(const struct gt_process *process, uint64_t callee)
{
    return gt_is_in_package(gt_process_function(process, callee), "reflect");
}

void gt_answers_take(struct gt_answers *answers, const struct gt_reached_call *call)
{
    const unsigned both = GT_ANSWER_SEND | GT_ANSWER_RECEIVE;
    unsigned given = answers_of(answers, call->callee);

    if ((given & both) != both && given && call->known & 1 && !(given & GT_ANSWER_UNLOCK)) {
        *gt_map_put(&answers->objects, call->arguments[0], NULL) |= given;
        return;
    }
    if ((given & both) == both) given = answers_of_select(call, given);
    if (given && call->dependency && !is_reflects(answers->process, call->callee))
        answers->nameable |= given;
    else
        answers->any |= given;
}

void gt_answers_take_type(struct gt_answers *answers, gt_type_id element, enum gt_answer answer)
{
    *gt_map_put(&answers->types, element, NULL) |= answer;
}

static bool gets(const struct gt_map *map, uint64_t key, enum gt_answer answer)
{
    const uint64_t *given = gt_map_find(map, key);

    return given && *given & answer;
}

/* Is it a type of the program's own packages, or a pointer to one, a slice or a channel of one? */
static bool find_own(const struct gt_process *process, gt_type_id type)
{
    enum { MOST_WRAPPED = 16, MOST_PATH = 512 };
    char path[MOST_PATH];

    for (unsigned i = 0; i < MOST_WRAPPED && type; i++) {
        if (gt_types_package(process->types, type, path, sizeof path))
            return gt_package_is_programs(&process->packages, path);
        type = gt_types_elem(process->types, type);
    }
    return false;
}

static bool is_own(struct gt_answers *answers, gt_type_id element)
{
    bool added;

    if (!element) return false;
    uint64_t *known = gt_map_put(&answers->own, element, &added);
    if (added) *known = 1 + find_own(answers->process, element);
    return *known - 1;
}

bool gt_answers_has(struct gt_answers *answers, uint64_t object, gt_type_id element,
                    enum gt_answer answer)
{
    return answers->any & answer || (answers->nameable & answer && !is_own(answers, element)) ||
           gets(&answers->objects, object, answer) ||
           (element && gets(&answers->types, element, answer));
}

void gt_answers_note_limits(struct gt_process *process, const char *why)
{
    if (why)
        gt_process_lost(
            process, GT_OF_NAMES,
            "whether code is left that may answer crowds of goroutines is not known: %s", why);
    else if (gt_core_machine(process->core) == GT_MACHINE_ARM64)
        gt_process_lost(process, GT_OF_NAMES,
                        "which channel a call is about is not read from code on arm64: crowds that "
                        "nobody is left to answer may be missing");
}
