import Attention
import CVector

/// Where the keys and values of 64 tokens of one head lie: keys, their scales, values, their scales, side by side, so
/// that reading a cache is one stream of addresses. CacheTiles.h says how words are arranged; this is where single rows
/// go in, and how many bytes there are.
///
///     elements        words only
///     codes of b bits keys [32 tokens][d · b/32] of words that hold 32/b codes; values [d/32][token · b/32]
///
/// The codes of q8_0 have their sign bits flipped. Scales are float16: [d/32][token], but [token/32][d] for keys in blocks
/// along tokens; the minima, where there are any, follow the scales. So a block of ggml or KIVI has the bytes that it always
/// has, in other places.
struct CacheTileLayout {
    static let tokens = Int(CACHE_TILE_TOKENS)

    let keys: CacheHalfLayout
    let values: CacheHalfLayout
    /// Rows are padded with zeros to whole vectors.
    let d: Int

    init(_ format: CacheFormats, headDimension: Int) {
        d = (headDimension + 15) / 16 * 16
        keys = CacheHalfLayout(format: format.key, d: d)
        values = CacheHalfLayout(format: format.value, d: d)
    }

    var valuesOffset: Int { keys.byteCount }
    var byteCount: Int { keys.byteCount + values.byteCount }

    private func half(ofValues: Bool) -> CacheHalfLayout { ofValues ? values : keys }

    /// Where one token's row lies.
    struct Place {
        let tile: UnsafeMutableRawPointer
        /// Within the tile.
        let token: Int
        let ofValues: Bool
    }

    /// One token's row, its elements in the low bits. Elements of a word count in bytes first, then, from the low bits on,
    /// within each byte: four neighbours are then found by one shift and one mask.
    func put(_ elements: UnsafePointer<UInt32>, at place: Place) {
        let half = half(ofValues: place.ofValues)
        let (bits, packed) = (Int32(half.elementBits), Int32(half.packed))
        if place.ofValues {
            cache_put_value(bits, packed, place.tile + valuesOffset, place.token, d, elements)
        } else {
            cache_put_key(bits, packed, place.tile, place.token, d, elements)
        }
    }

    /// Where scale `index` is, of the keys or of the values.
    func scale(_ index: Int, ofValues: Bool, _ tile: UnsafeMutableRawPointer) -> UnsafeMutableRawPointer {
        tile + (ofValues ? valuesOffset : 0) + half(ofValues: ofValues).wordBytes + 2 * index
    }
}

/// The keys, or the values, of a tile.
struct CacheHalfLayout {
    let format: CacheFormat
    let d: Int

    /// Bytes of the words.
    var wordBytes: Int { CacheTileLayout.tokens * d * elementBits / 8 }

    /// Bytes of the scales, which follow the words.
    private var scaleBytes: Int {
        CacheTileLayout.tokens * d / CacheFormat.blockLength * (format.blocks?.scaleBytes ?? 0)
    }

    var byteCount: Int { wordBytes + scaleBytes }

    /// Bits of an element in a word of several.
    var elementBits: Int { format.storage.elementBits }

    /// Elements of a row, or tokens, that share a word of 32 bits; 1 where each has its own place.
    var packed: Int {
        switch format.storage {
        case .elements: format == .bfloat16 ? 2 : 1
        case .blocks(let blocks): 32 / blocks.bits
        }
    }

    /// How C reads the words.
    enum Words {
        /// Elements, each by itself.
        case plain(cache_layout)
        /// Codes, in blocks that share a scale.
        case codes(cache_codes)
    }

    var words: Words {
        switch format.form {
        case .elements(.float32): .plain(cache_layout_float32)
        case .elements(.bfloat16): .plain(cache_layout_bfloat16)
        case .elements(.float16): .plain(cache_layout_float16)
        case .float8: .plain(cache_layout_fp8)
        case .blocks(_, let codes): .codes(codes)
        }
    }

    /// The bits of a row's elements where each is stored by itself.
    func encode(_ row: UnsafePointer<Float>, into bits: UnsafeMutablePointer<UInt32>) {
        switch format.form {
        case .elements(.float32): for x in 0..<d { bits[x] = row[x].bitPattern }
        case .elements(.bfloat16): for x in 0..<d { bits[x] = UInt32(BFloat16(row[x]).bitPattern) }
        case .elements(.float16): for x in 0..<d { bits[x] = UInt32(Float16(row[x]).bitPattern) }
        case .float8: for x in 0..<d { bits[x] = UInt32(Float8E4M3(row[x]).bitPattern) }
        case .blocks: preconditionFailure("\(format.rawValue) stores blocks")
        }
    }
}

/// Rows and blocks into a tile.
extension CacheTileLayout {
    /// One row, in the format of its half.
    func putRow(_ row: UnsafePointer<Float>, at place: Place, bits: UnsafeMutablePointer<UInt32>) {
        let half = half(ofValues: place.ofValues)
        switch half.words {
        case .codes(let codes): putBlocks(row, as: codes, at: place, bits: bits)
        case .plain:
            half.encode(row, into: bits)
            put(bits, at: place)
        }
    }

    /// One row in blocks of 32 elements.
    private func putBlocks(
        _ row: UnsafePointer<Float>, as codes: cache_codes, at place: Place, bits: UnsafeMutablePointer<UInt32>
    ) {
        let blocks = d / CacheFormat.blockLength
        for block in 0..<blocks {
            let start = block * CacheFormat.blockLength
            putScales(
                encoded(row + start, as: codes, into: bits + start), index: block * Self.tokens + place.token,
                minima: blocks * Self.tokens, at: place)
        }
        put(bits, at: place)
    }

    /// The keys of 32 tokens, `rows` [32][d], in a block for each channel.
    func putKeyGroup(
        _ rows: UnsafePointer<Float>, firstPlace: Int, _ tile: UnsafeMutableRawPointer,
        bits: UnsafeMutablePointer<UInt32>
    ) {
        guard case .codes(let form) = keys.words else { preconditionFailure("\(keys.format.rawValue) has no blocks") }
        let length = CacheFormat.blockLength
        precondition(keys.format.keepsLatestTokens, "\(keys.format.rawValue) stores keys row by row")
        withUnsafeTemporaryAllocation(of: Float.self, capacity: length) { channel in
            withUnsafeTemporaryAllocation(of: UInt32.self, capacity: length * d + length) { codes in
                let block = codes.baseAddress! + length * d
                for x in 0..<d {
                    for token in 0..<length { channel[token] = rows[token * d + x] }
                    putScales(
                        encoded(channel.baseAddress!, as: form, into: block),
                        index: firstPlace / length * d + x, minima: Self.tokens / length * d,
                        at: Place(tile: tile, token: firstPlace, ofValues: false))
                    for token in 0..<length { codes[token * d + x] = block[token] }
                }
                for token in 0..<length {
                    put(
                        codes.baseAddress! + token * d,
                        at: Place(tile: tile, token: firstPlace + token, ofValues: false))
                }
            }
        }
    }

    private func encoded(
        _ elements: UnsafePointer<Float>, as codes: cache_codes, into bits: UnsafeMutablePointer<UInt32>
    ) -> (scale: UInt16, minimum: UInt16) {
        var scales: (UInt16, UInt16) = (0, 0)
        withUnsafeMutableBytes(of: &scales) {
            cache_encode(codes, elements, $0.assumingMemoryBound(to: UInt16.self).baseAddress!, bits)
        }
        return scales
    }

    /// - Parameter minima: how many scales come before the minima.
    private func putScales(
        _ scales: (scale: UInt16, minimum: UInt16), index: Int, minima: Int, at place: Place
    ) {
        let (tile, ofValues) = (place.tile, place.ofValues)
        scale(index, ofValues: ofValues, tile).storeBytes(of: scales.scale, as: UInt16.self)
        guard half(ofValues: ofValues).format.blocks?.haveMinima == true else { return }
        scale(minima + index, ofValues: ofValues, tile).storeBytes(of: scales.minimum, as: UInt16.self)
    }

    /// Where a float16 element is.
    func offset(ofValues: Bool, token: Int, x: Int) -> Int {
        2 * (ofValues ? valuesOffset / 2 + cache_value_word(d, token, x) : cache_key_word(d, token, x))
    }
}

/// A tile where it lies.
struct CacheTile {
    let address: UnsafeRawPointer
    let layout: CacheTileLayout
    /// How many bytes ahead of what is read more of the cache is asked for, where it holds plain words.
    var ahead = 0

    var valuesAddress: UnsafeRawPointer { address + layout.valuesOffset }

    var plainKeys: cache_words { cache_words(words: address, d: layout.d, ahead: ahead) }
    var plainValues: cache_words { cache_words(words: valuesAddress, d: layout.d, ahead: ahead) }

    /// The keys as those of a tile of float32.
    func unpackKeys(into unpacked: UnsafeMutablePointer<Float>) {
        switch layout.keys.words {
        case .plain(let plain): cache_unpack_keys(plain, plainKeys, unpacked)
        case .codes(let codes): cache_unpack_key_codes(codes, address, layout.keys.wordBytes, layout.d, unpacked)
        }
    }

    /// The values as those of a tile of float32.
    func unpackValues(into unpacked: UnsafeMutablePointer<Float>) {
        switch layout.values.words {
        case .plain(let plain): cache_unpack_values(plain, plainValues, unpacked)
        case .codes(let codes):
            cache_unpack_value_codes(codes, valuesAddress, layout.values.wordBytes, layout.d, unpacked)
        }
    }
}
