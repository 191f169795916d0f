import Foundation
import TestSupport
import Testing

@testable import attnbench

@Suite struct PlanTests {
    /// The question that a first-time user has, and everything that is shown by default.
    @Test func aMillionTokensOfLlamaOnH100() {
        let session = Session(
            "plan --model llama-3.1-70b --context 1M --accelerator h100-sxm --today 2026-11")
        #expect(session.status == .done)
        #expect(session.messages.isEmpty)
        #expect(session.output == Golden.text("plan", updatingTo: session.output))
        #expect(session.output.contains("KV cache 343.6 GB + weights 141.2 GB: at least 7"))
        #expect(session.output.contains("$3.05 per million"))
    }

    @Test func everyPartByHand() {
        let session = Session(
            "plan --model llama-4-scout --context 10_000_000 --accelerator h200-sxm --show all --today 2026-11")
        #expect(session.status == .done)
        #expect(session.output == Golden.text("plan-all", updatingTo: session.output))
        #expect(session.output.contains("492.7 GB"))
    }

    @Test func markdown() {
        let session = Session(
            "plan --model gpt-oss-120b --context 128K --show memory,explain --markdown --today 2026-11")
        #expect(session.output == Golden.text("plan-markdown", updatingTo: session.output))
        #expect(session.output.hasPrefix("# gpt-oss-120b at 128K = 131,072 tokens\n"))
    }

    @Test func aCorpusInTheContextOrRetrieval() throws {
        let words = "plan --model llama-3.1-70b --context 128K --rag --queries-per-hour 600 --today 2026-11"
        let session = Session(words + " --show explain")
        #expect(session.status == .done)
        #expect(session.output == Golden.text("plan-rag", updatingTo: session.output))
        let summary = try #require(
            try JSONSerialization.jsonObject(with: Data(Session(words + " --json").output.utf8)) as? [String: Any])
        let retrieval = try #require(summary["retrieval"] as? [String: Any])
        #expect((retrieval["costs"] as? [[String: Any]])?.count == 3)
        #expect((retrieval["comparisons"] as? [[String: Any]])?.first?["way"] as? String == "keeping")
        #expect(retrieval["corpusTokens"] as? Int == 131_072 - 400)
    }

    @Test(arguments: [
        ("--passages 5", "--passages needs --rag, which compares with retrieval"),
        ("--rag --passages 0", "--passages is 0; it goes from 1 to 16M"),
        ("--rag --cache-hours 0", "--cache-hours is 0.0; it is a number above 0, up to 10¹²"),
        ("--rag --queries-per-hour nan", "--queries-per-hour is nan; it is a number above 0, up to 10¹²"),
        ("--rag --search-time soon", "--search-time is \"soon\"; write 500ms"),
        ("--rag --context 8K", "a context of 8192 tokens, less 400 for question and answer, holds no corpus"),
    ])
    func badRetrievalIsSaid(options: String, message: String) {
        let session = Session("plan --model llama-3.1-8b \(options)")
        #expect(session.status == .usage)
        #expect(session.messages.contains(message), "\(session.messages)")
    }

    @Test func formulasOnRequest() {
        let session = Session("plan --model llama-4-scout --context 10_000_000 --formula textbook --show memory")
        #expect(session.output.contains("textbook  196,608 B  1,966.1 GB"))
        #expect(session.output.contains("36 of them stop at their window or chunk"))
    }

    @Test func jsonHasWhatScriptsRelyOn() throws {
        let session = Session(
            "plan --model llama-4-scout --context 10_000_000 --accelerator h200-sxm --json --mbu 1 --today 2026-11")
        #expect(session.output == Golden.text("plan-json", updatingTo: session.output))
        let plan = try #require(
            try JSONSerialization.jsonObject(with: Data(session.output.utf8)) as? [String: Any])
        for (object, keys) in [
            ("kvCache", ["bytesPerToken", "growingBytesPerToken", "boundedBytes", "totalBytes"]),
            ("fit", ["accelerator", "accelerators", "nodes", "maximumContext"]),
            ("prefill", ["flops", "seconds", "dollarsPerMillionTokens"]),
            ("decode", ["bytesPerToken", "secondsPerToken", "dollarsPerMillionTokens"]),
        ] {
            let part = try #require(plan[object] as? [String: Any])
            for key in keys { #expect(part[key] != nil, "\(object).\(key)") }
        }
        for key in ["model", "context", "kvType", "weightsBytes", "assumptions"] { #expect(plan[key] != nil) }
    }

    @Test func pricesAndUseAreTheCallersOwn() {
        let dear = Session("plan --model llama-3.1-70b --context 1M --price 35")
        #expect(dear.output.contains("$30.54 per million"))
        let slow = Session("plan --model llama-3.1-70b --context 1M --mfu 0.25")
        #expect(slow.output.contains("13.5 min to the first token"))
        let roomy = Session("plan --model llama-3.1-70b --context 1M --reserve 0")
        #expect(roomy.output.contains("at least 7 accelerators"))
        #expect(Session("plan --model qwen3-8b --accelerator l40s").output.contains("no price on file: give --price"))
    }

    /// A release's folder, with what its configuration leaves to the class, and dimensions in place of a file.
    @Test func releasesAndDimensionsAreModelsToo() throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("release-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let file = folder.appendingPathComponent("config.json")
        try Data(#"{"model_type": "mistral", "torch_dtype": "float32", "a": 1, "a": 2}"#.utf8).write(to: file)
        let session = Session(["plan", "--model", folder.path, "--context", "128K", "--json"])
        #expect(session.status == .done)
        #expect(session.output.contains("\"totalBytes\" : 536870912"))
        #expect(session.output.contains("has \\\"a\\\" more than once"))
        let byHand = Session("plan --layers 32 --kv-heads 8 --head-dimension 128 --context 128K --show memory")
        #expect(byHand.status == .done)
        #expect(byHand.output.contains("17.2 GB"))
        #expect(byHand.output.contains("--heads 8, --hidden 1024"))
    }

    @Test func whatAnEngineWouldServeIsShown() {
        let session = Session("plan --model llama-3.1-8b --accelerator a100-40-sxm --context 8K --concurrency")
        #expect(session.status == .done)
        #expect(session.output.contains("left for the cache"))
        #expect(session.output.contains("20.09 GiB"))
    }

    @Test func aServerThatIsTooSmallIsSaid() {
        let session = Session("plan --model llama-3.1-70b --context 1M --count 4")
        #expect(session.output.contains("Caution: 4 accelerators do not hold this"))
    }

    @Test(arguments: [
        ("plan", "give --model, such as --model llama-3.1-70b"),
        ("plan --model scout", "did you mean \"llama-4-scout\"?"),
        ("plan --model llama-3.1-8b --accelerator h10", "did you mean \"h100-sxm\"?"),
        ("plan --model llama-3.1-8b --kv-type q4", "\"q4\" is not a storage type; did you mean \"q4_0\"?"),
        ("plan --model llama-3.1-8b --show memry", "did you mean \"memory\"?"),
        ("plan --model nowhere/config.json", "nowhere/config.json: no such file"),
        ("plan --model a.json --treat-as lama", "--treat-as is \"lama\"; it is one of "),
        ("plan --model llama-3.1-8b --layers 2", "give either --model, or --layers and the other dimensions"),
        ("plan --layers 2 --kv-heads 1", "--layers needs --kv-heads and --head-dimension too"),
        ("plan --kv-heads 1", "give --layers too, with the other dimensions"),
        ("plan --model llama-3.1-8b --cache-allocation vlm", "--cache-allocation is \"vlm\"; it is one of exact, vllm"),
        ("plan --model llama-3.1-8b --page-tokens 0", "--page-tokens is 0; it goes from 1 to 1M"),
        ("plan --model llama-3.1-8b --context 2G", "--context goes up to 1G"),
        ("plan --model llama-3.1-8b --batch 0", "--batch is 0; it must be at least 1"),
        ("plan --model llama-3.1-8b --batch 2000000", "--batch goes up to 1M"),
        ("plan --model llama-3.1-8b --conversation 10000x5000+5000", "at most 10_000 turns and 16M tokens"),
        ("plan --model llama-3.1-8b --price inf", "--price is inf; it must be above 0"),
        ("plan --model llama-3.1-8b --mfu 50", "--mfu is 50.0; it is a share above 0 and up to 1"),
        ("plan --model llama-3.1-8b --price 0", "--price is 0.0; it must be above 0"),
        ("plan --model llama-3.1-8b --cpu-price 1", "--cpu-price needs --measured"),
        ("plan --model llama-3.1-8b --prices nowhere.yaml", "nowhere.yaml: no such file"),
        ("plan --model llama-3.1-8b --measured nowhere.jsonl", "nowhere.jsonl"),
        ("plan --model llama-3.1-8b --conversation 10", "the answer's tokens like 100x500+500"),
    ])
    func mistakes(line: String, message: String) {
        let session = Session(line)
        #expect(session.status == .usage)
        #expect(session.output.isEmpty)
        #expect(session.messages.contains(message), "\(session.messages)")
    }

    @Test func figuresAreWritten() throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("plan-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: folder) }
        let session = Session(
            ["plan", "--model", "gemma-3-12b", "--context", "128K", "--output", folder.path, "--quiet"])
        #expect(session.status == .done)
        for file in ["index.html", "README.md"]
            + ["cache", "latency", "price", "step"].flatMap({
                ["figures/\($0).gp", "figures/\($0).csv"]
            })
        {
            #expect(FileManager.default.fileExists(atPath: folder.appendingPathComponent(file).path), "\(file)")
        }
    }
}
