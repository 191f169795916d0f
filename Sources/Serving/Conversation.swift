import Attention

/// Turns of a chat, each of which adds a user message and an answer; every turn's context is all that came before.
public struct Conversation: Sendable, Hashable {
    public let turns: Int
    public let userTokens: Int
    public let answerTokens: Int

    public init(turns: Int, userTokens: Int, answerTokens: Int) {
        precondition(turns >= 1 && userTokens >= 1 && answerTokens >= 0, "a conversation has something to read")
        self.turns = turns
        self.userTokens = userTokens
        self.answerTokens = answerTokens
    }

    public var tokensPerTurn: Int { userTokens + answerTokens }
    public var totalTokens: Int { turns * tokensPerTurn }

    /// Tokens that are read: everything again in each turn, or with a prefix cache only what the user added.
    public func prefillTokens(prefixCache: Bool) -> Int {
        prefixCache
            ? userTokens * turns
            : tokensPerTurn * turns * (turns + 1) / 2 - answerTokens * turns
    }

    /// (query, key) pairs of one head over reading and writing. With a prefix cache it is one pass over all tokens.
    public func pairs(mask: Mask, prefixCache: Bool) -> Int {
        if prefixCache { return PairCount(mask: mask, length: totalTokens).allowed }
        return (1...turns).reduce(0) { $0 + PairCount(mask: mask, length: $1 * tokensPerTurn).allowed }
    }

    /// Seconds of reading, turn by turn.
    public func prefillSeconds(_ model: Model, on deployment: Deployment, prefixCache: Bool) -> Double {
        (0..<turns).reduce(0) { sum, turn in
            let before = turn * tokensPerTurn
            let prefill =
                prefixCache
                ? Prefill(model, tokens: userTokens, cached: before)
                : Prefill(model, tokens: before + userTokens)
            return sum + prefill.seconds(on: deployment)
        }
    }
}
