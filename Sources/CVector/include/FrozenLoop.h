#pragma once
// Work that is the same in every build. A change of it makes builds before and after the change incomparable.

// Goes through `turns` turns of some 20 ns each: eight dependent steps of a multiplication and a load from 16 KiB. It
// measures the core alone, nothing of the memory. Returns a number made from all its work.
unsigned long frozen_loop(long turns);
