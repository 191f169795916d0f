// An empty set of ICU's data, which scripts/package links in place of the 34 MB that Swift's library has: names of
// languages, currencies and time zones, and rules of sorting for every language. attnbench asks for none of them.
//
// ICU has the same file for the same purpose (source/stubdata/stubdata.cpp); its format is in ICU's udata.h and ucmndata.h.
// ICU_DATA is the name that the library asks for, which holds ICU's version: scripts/package reads it from Swift's library.
#include <stdint.h>

const struct {
    uint16_t headerSize;
    uint8_t magic[2];
    struct {
        uint16_t size, reserved;
        uint8_t isBigEndian, charsetFamily, sizeOfUChar, reservedByte;
        uint8_t dataFormat[4], formatVersion[4], dataVersion[4];
    } info;
    uint8_t padding[8];
    uint32_t entryCount, reserved;
} ICU_DATA = {
    .headerSize = 32,
    .magic = {0xda, 0x27},
    .info = {.size = 20, .sizeOfUChar = 2, .dataFormat = {'T', 'o', 'C', 'P'}, .formatVersion = {1, 0, 0, 0}},
};
