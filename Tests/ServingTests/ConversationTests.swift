import Attention
import Testing

@testable import Serving

@Suite struct ConversationTests {
    @Test func aHundredTurns() {
        let chat = Conversation(turns: 100, userTokens: 500, answerTokens: 500)
        #expect(chat.prefillTokens(prefixCache: false) == 5_000_000)
        #expect(chat.prefillTokens(prefixCache: true) == 50_000)
        #expect(rounded(Double(chat.pairs(mask: .causal, prefixCache: false)) / 1e9, 0) == "169")
        #expect(rounded(Double(chat.pairs(mask: .causal, prefixCache: true)) / 1e9, 1) == "5.0")
        let full = Double(chat.pairs(mask: .causal, prefixCache: false))
        #expect(rounded(full / Double(chat.pairs(mask: .causal, prefixCache: true)), 1) == "33.8")
        let windowed = Double(chat.pairs(mask: .slidingWindow(4096), prefixCache: false))
        #expect(rounded(windowed / 1e8, 0) == "199")
        #expect(rounded(windowed / Double(chat.pairs(mask: .slidingWindow(4096), prefixCache: true)), 1) == "49.5")
    }

    @Test func oneTurnIsAPrefill() throws {
        let chat = Conversation(turns: 1, userTokens: 700, answerTokens: 300)
        let model = try model("llama-3.1-8b")
        let deployment = Deployment(try accelerator("h100-sxm"), count: 1)
        let prefill = Prefill(model, tokens: 700).seconds(on: deployment)
        #expect(chat.prefillSeconds(model, on: deployment, prefixCache: true) == prefill)
        #expect(chat.prefillSeconds(model, on: deployment, prefixCache: false) == prefill)
    }

    @Test func aPrefixCacheSavesMoreEachTurn() throws {
        let model = try model("llama-3.1-8b")
        let deployment = Deployment(try accelerator("h100-sxm"), count: 1)
        let ratios = [10, 50].map { turns in
            let chat = Conversation(turns: turns, userTokens: 500, answerTokens: 500)
            return chat.prefillSeconds(model, on: deployment, prefixCache: false)
                / chat.prefillSeconds(model, on: deployment, prefixCache: true)
        }
        #expect(ratios[0] > 5 && ratios[1] > 2 * ratios[0])
    }
}
