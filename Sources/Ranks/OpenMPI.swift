#if OPEN_MPI
    import CRanks
    import Foundation

    /// Ranks that `mpirun` started, and the messages of Open MPI.
    ///
    /// Open MPI moves large messages mostly while a rank is inside one of its calls, so `progress` tests those under way.
    public final class OpenMPI: Transport {
        public let rank: Int
        public let rankCount: Int
        public let host: String
        private var requests: [ranks_request?] = []
        /// Letters under way, whose memory has to stay.
        private var letters: [(request: ranks_request?, memory: MessageMemory)] = []

        /// Starts MPI in this process, which can be done once. The calling thread alone may use it.
        init?() {
            guard ranks_start() != 0 else { return nil }
            (rank, rankCount) = (Int(ranks_rank()), Int(ranks_count()))
            host = withUnsafeTemporaryAllocation(of: CChar.self, capacity: Int(ranks_longest_name()) + 1) { name in
                ranks_host(name.baseAddress)
                return String(cString: name.baseAddress!)
            }
            // A rank that returns without this call would end the others as if it had died.
            atexit { ranks_finish() }
        }

        public static var library: String {
            withUnsafeTemporaryAllocation(of: CChar.self, capacity: 128) { text in
                ranks_library(text.baseAddress, text.count)
                return String(cString: text.baseAddress!)
            }
        }

        public func barrier() { ranks_barrier() }

        public func start(_ messages: [Message], rowBytes: Int) {
            precondition(requests.isEmpty, "messages were started before the last ones were finished")
            // Whoever is asked for rows finds them asked for: receiving comes first.
            for case .receive(let rows, let from) in messages {
                requests.append(
                    ranks_receive(rows.baseAddress, Int32(rows.count / rowBytes), Int32(rowBytes), Int32(from)))
            }
            for case .send(let rows, let to) in messages {
                requests.append(
                    ranks_send(rows.baseAddress, Int32(rows.count / rowBytes), Int32(rowBytes), Int32(to)))
            }
        }

        public func progress() -> Bool {
            guard !requests.isEmpty else { return true }
            guard ranks_test(&requests, Int32(requests.count)) != 0 else { return false }
            requests.removeAll(keepingCapacity: true)
            return true
        }

        public func finish() {
            guard !requests.isEmpty else { return }
            ranks_wait(&requests, Int32(requests.count))
            requests.removeAll(keepingCapacity: true)
        }

        public func post(_ letter: [UInt8], to rank: Int) {
            forgetLettersThatHaveLeft()
            let memory = MessageMemory(byteCount: letter.count)
            memory.bytes.copyBytes(from: letter)
            letters.append((ranks_post(memory.bytes.baseAddress, Int32(letter.count), Int32(rank)), memory))
        }

        public func nextLetter() -> Letter? {
            forgetLettersThatHaveLeft()
            var from: Int32 = 0
            let count = ranks_next_letter(&from)
            guard count >= 0 else { return nil }
            let bytes = [UInt8](unsafeUninitializedCapacity: Int(count)) { buffer, filled in
                ranks_take_letter(buffer.baseAddress, count, from)
                filled = Int(count)
            }
            return Letter(from: Int(from), bytes: bytes)
        }

        public func finishLetters() {
            for letter in letters {
                var request = [letter.request]
                ranks_wait(&request, 1)
            }
            letters = []
        }

        private func forgetLettersThatHaveLeft() {
            letters.removeAll { letter in
                var request = [letter.request]
                return ranks_test(&request, 1) != 0
            }
        }

        public func allGather(
            _ rows: UnsafeRawBufferPointer, into all: UnsafeMutableRawBufferPointer, counts: [Int], rowBytes: Int
        ) {
            ranks_all_gather(
                rows.baseAddress, all.baseAddress, counts.map(Int32.init), counts.offsets.map(Int32.init),
                Int32(rowBytes))
        }

        public func allToAll(_ shares: Shares, rowBytes: Int) {
            let sent = (counts: shares.sentCounts.map(Int32.init), offsets: shares.sentCounts.offsets.map(Int32.init))
            let received = (
                counts: shares.receivedCounts.map(Int32.init), offsets: shares.receivedCounts.offsets.map(Int32.init)
            )
            sent.counts.withUnsafeBufferPointer { sentCounts in
                sent.offsets.withUnsafeBufferPointer { sentOffsets in
                    received.counts.withUnsafeBufferPointer { receivedCounts in
                        received.offsets.withUnsafeBufferPointer { receivedOffsets in
                            var parts = ranks_shares(
                                sent_counts: sentCounts.baseAddress, sent_offsets: sentOffsets.baseAddress,
                                received_counts: receivedCounts.baseAddress,
                                received_offsets: receivedOffsets.baseAddress)
                            ranks_all_to_all(
                                shares.sent.baseAddress, shares.received.baseAddress, &parts, Int32(rowBytes))
                        }
                    }
                }
            }
        }
    }
#endif
