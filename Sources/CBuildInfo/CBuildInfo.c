#include "CBuildInfo.h"

const char *buildInfoCommit(void) { return ATTNBENCH_COMMIT; }
int buildInfoHasUncommittedChanges(void) { return ATTNBENCH_DIRTY; }
const char *buildInfoInstructionSet(void) { return ATTNBENCH_MARCH; }
