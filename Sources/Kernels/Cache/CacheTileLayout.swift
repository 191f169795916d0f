import Attention
import CVector

/// Where the keys and values of 64 tokens of one head lie: keys, their scales, values, their scales, side by side, so
/// that reading a cache is one stream of addresses. CacheTiles.h says how words are arranged; this is where single rows
/// go in, and how many bytes there are.
///
///     float32, bfloat16, float16, fp8   words only
///     q8_0    keys [block][d/4][lane] of 4 bytes, sign bits flipped; values [token/4][d] of 4 bytes
///     q4_0    keys [block][d/8][lane] of 8 nibbles; values [token/8][d]
///     kivi-2  keys [block][d/16][lane] of 16 pairs of bits; values [token/16][d]
///
/// Scales are float16: [d/32][token] of q8_0 and q4_0 and of KIVI's values, [token/32][d] of KIVI's keys; KIVI's minima
/// follow its steps. So a block of ggml or KIVI has the bytes that it always has, in other places.
struct CacheTileLayout {
    static let tokens = Int(CACHE_TILE_TOKENS)

    let format: CacheFormat
    /// Rows are padded with zeros to whole vectors.
    let d: Int

    init(_ format: CacheFormat, headDimension: Int) {
        self.format = format
        d = (headDimension + 15) / 16 * 16
    }

    /// Bytes of the words of a tile's keys, or values.
    var wordBytes: Int {
        let elements = Self.tokens * d
        return switch format {
        case .float32: elements * 4
        case .bfloat16, .float16: elements * 2
        case .fp8E4M3, .q8_0: elements
        case .q4_0: elements / 2
        case .kivi2: elements / 4
        }
    }

    /// Bytes of the scales of a tile's keys, or values.
    var scaleBytes: Int {
        let blocks = Self.tokens * d / CacheFormat.blockLength
        return switch format {
        case .float32, .bfloat16, .float16, .fp8E4M3: 0
        case .q8_0, .q4_0: blocks * 2
        case .kivi2: blocks * 4
        }
    }

    var valuesOffset: Int { wordBytes + scaleBytes }
    var byteCount: Int { 2 * valuesOffset }

    /// Bits of an element in a word of several, and how many elements of a row, or tokens, a word holds.
    private var elementBits: Int {
        switch format {
        case .float32: 32
        case .bfloat16, .float16: 16
        case .fp8E4M3, .q8_0: 8
        case .q4_0: 4
        case .kivi2: 2
        }
    }

    /// Elements that share a word of 32 bits; 1 where each has its own place.
    private var packed: Int {
        switch format {
        case .float32, .float16, .fp8E4M3: 1
        case .bfloat16: 2
        case .q8_0: 4
        case .q4_0: 8
        case .kivi2: 16
        }
    }

    /// Writes an element's bits. Elements of a word count in bytes first, then, from the low bits on, within each byte: four
    /// neighbours are then found by one shift and one mask.
    private func put(
        _ bits: UInt32, vector: Int, lane: Int, part: Int, vectorLength: Int, _ words: UnsafeMutableRawPointer
    ) {
        let index = vector * vectorLength + lane
        switch format {
        case .float32: words.storeBytes(of: bits, toByteOffset: 4 * index, as: UInt32.self)
        case .float16: words.storeBytes(of: UInt16(bits), toByteOffset: 2 * index, as: UInt16.self)
        case .fp8E4M3: words.storeBytes(of: UInt8(bits), toByteOffset: index, as: UInt8.self)
        case .bfloat16: words.storeBytes(of: UInt16(bits), toByteOffset: 4 * index + 2 * part, as: UInt16.self)
        case .q8_0, .q4_0, .kivi2:
            let (shift, byte) = (part / 4 * elementBits, 4 * index + part % 4)
            let mask = UInt8(truncatingIfNeeded: (1 << elementBits) - 1) << shift
            let old = words.load(fromByteOffset: byte, as: UInt8.self)
            words.storeBytes(of: old & ~mask | UInt8(bits) << shift, toByteOffset: byte, as: UInt8.self)
        }
    }

    func putKey(_ bits: UInt32, token: Int, x: Int, _ tile: UnsafeMutableRawPointer) {
        let (block, lane) = token.quotientAndRemainder(dividingBy: Lanes.lanes)
        put(
            bits, vector: block * (d / packed) + x / packed, lane: lane, part: x % packed,
            vectorLength: Lanes.lanes, tile)
    }

    func putValue(_ bits: UInt32, token: Int, x: Int, _ tile: UnsafeMutableRawPointer) {
        put(bits, vector: token / packed, lane: x, part: token % packed, vectorLength: d, tile + valuesOffset)
    }

    /// Where scale `index` is, of the keys or of the values.
    func scale(_ index: Int, ofValues: Bool, _ tile: UnsafeMutableRawPointer) -> UnsafeMutableRawPointer {
        tile + (ofValues ? valuesOffset : 0) + wordBytes + 2 * index
    }

    /// How C reads the words; nil where elements are codes that need scales.
    var plainLayout: cache_layout? {
        switch format {
        case .float32: cache_layout_float32
        case .bfloat16: cache_layout_bfloat16
        case .float16: cache_layout_float16
        case .fp8E4M3: cache_layout_fp8
        case .q8_0, .q4_0, .kivi2: nil
        }
    }
}

/// Rows and blocks into a tile.
extension CacheTileLayout {
    @inline(__always)
    func putRow(_ ofValues: Bool, _ token: Int, _ tile: UnsafeMutableRawPointer, _ bits: (_ x: Int) -> UInt32) {
        if ofValues {
            for x in 0..<d { putValue(bits(x), token: token, x: x, tile) }
        } else {
            for x in 0..<d { putKey(bits(x), token: token, x: x, tile) }
        }
    }

    /// Where a float16 element is.
    func offset(ofValues: Bool, token: Int, x: Int) -> Int {
        let (block, lane) = token.quotientAndRemainder(dividingBy: Lanes.lanes)
        return ofValues ? valuesOffset + 2 * (token * d + x) : 2 * ((block * d + x) * Lanes.lanes + lane)
    }

    /// The codec's block, its codes unpacked.
    private func encoded(_ elements: SIMD32<Float>) -> (scale: UInt16, minimum: UInt16, codes: SIMD32<UInt8>) {
        withUnsafeTemporaryAllocation(byteCount: 36, alignment: 4) { bytes in
            let block = bytes.baseAddress!
            var codes = SIMD32<UInt8>()
            func byte(_ offset: Int) -> UInt8 { block.load(fromByteOffset: offset, as: UInt8.self) }
            func half(_ offset: Int) -> UInt16 { block.loadUnaligned(fromByteOffset: offset, as: UInt16.self) }
            switch format {
            case .q4_0:
                BlockCodec.q40.encode(elements, into: block)
                for index in 0..<16 {
                    codes[index] = byte(2 + index) & 0xF
                    codes[index + 16] = byte(2 + index) >> 4
                }
                return (half(0), 0, codes)
            case .kivi2:
                BlockCodec.affine(bits: 2).encode(elements, into: block)
                for index in 0..<32 { codes[index] = byte(4 + index / 4) >> UInt8(index % 4 * 2) & 3 }
                return (half(0), half(2), codes)
            default:
                BlockCodec.q80.encode(elements, into: block)
                for index in 0..<32 { codes[index] = byte(2 + index) }
                return (half(0), 0, codes)
            }
        }
    }

    /// One row in blocks of ggml, or the values of one token in KIVI's.
    func putBlocks(_ row: UnsafePointer<Float>, ofValues: Bool, _ token: Int, _ tile: UnsafeMutableRawPointer) {
        let flipped: UInt8 = format == .q8_0 && !ofValues ? 0x80 : 0
        for block in 0..<d / CacheFormat.blockLength {
            let start = block * CacheFormat.blockLength
            let (scale, minimum, codes) = encoded(
                UnsafeRawPointer(row + start).loadUnaligned(as: SIMD32<Float>.self))
            let index = block * Self.tokens + token
            self.scale(index, ofValues: ofValues, tile).storeBytes(of: scale, as: UInt16.self)
            if format == .kivi2 {
                let minima = d / CacheFormat.blockLength * Self.tokens
                self.scale(minima + index, ofValues: ofValues, tile).storeBytes(of: minimum, as: UInt16.self)
            }
            for x in 0..<CacheFormat.blockLength {
                let code = UInt32(codes[x] ^ flipped)
                if ofValues {
                    putValue(code, token: token, x: start + x, tile)
                } else {
                    putKey(code, token: token, x: start + x, tile)
                }
            }
        }
    }

    func putValues(_ row: UnsafePointer<Float>, _ token: Int, _ tile: UnsafeMutableRawPointer) {
        putBlocks(row, ofValues: true, token, tile)
    }

    /// The keys of 32 tokens [32][d], in a block for each channel.
    func putKeyGroup(_ keys: [Float], firstPlace: Int, _ tile: UnsafeMutableRawPointer) {
        for x in 0..<d {
            var channel = SIMD32<Float>()
            for token in 0..<CacheFormat.blockLength { channel[token] = keys[token * d + x] }
            let (step, minimum, codes) = encoded(channel)
            let index = firstPlace / CacheFormat.blockLength * d + x
            scale(index, ofValues: false, tile).storeBytes(of: step, as: UInt16.self)
            scale(Self.tokens / CacheFormat.blockLength * d + index, ofValues: false, tile)
                .storeBytes(of: minimum, as: UInt16.self)
            for token in 0..<CacheFormat.blockLength {
                putKey(UInt32(codes[token]), token: firstPlace + token, x: x, tile)
            }
        }
    }
}

/// A tile as float32: keys [block][d][lane], values [token][d]. Asks for the next tile meanwhile.
func unpackCacheTile(
    _ tile: UnsafeRawPointer, _ layout: CacheTileLayout, keys: UnsafeMutablePointer<Float>,
    values: UnsafeMutablePointer<Float>, next: UnsafeRawPointer
) {
    let (d, offset) = (layout.d, layout.valuesOffset)
    if let plain = layout.plainLayout {
        cache_unpack_keys(plain, tile, d, keys, next)
        cache_unpack_values(plain, tile + offset, d, values, next + offset)
        return
    }
    let codes =
        switch layout.format {
        case .q8_0: cache_codes_q8_0
        case .q4_0: cache_codes_q4_0
        default: cache_codes_kivi
        }
    cache_unpack_codes(codes, tile, offset, layout.wordBytes, d, keys, values, next)
}
