#pragma once
// What the build knew of itself. The values are compiler definitions given by Package.swift: a new commit rebuilds
// this one file and links again, nothing else.
const char *buildInfoCommit(void);
int buildInfoHasUncommittedChanges(void);
const char *buildInfoInstructionSet(void);
