/* The live heap by the packages of its types. */
#include "inspector/detect/heap_tables/heap_tables.h"
#include "inspector/detect/heap_tables/kind_rows.h"
#include "inspector/detect/heap_tables/type_package.h"

static const char *package_of(struct gt_heap_analysis *analysis, const struct gt_object_kind *kind)
{
    const char *package;

    if (!kind->type) return kind->name[0] == '(' ? "(no type known)" : "(types of the language)";
    package = gt_type_package(analysis->process->types, kind->type, analysis->storage);
    return package ? package : "(types of the language)";
}

void gt_table_by_package(struct gt_table_maker *maker)
{
    gt_kind_rows(maker, package_of);
}
