import Foundation

/// A sampler in another language that stays, for it takes minutes to compile its models.
///
/// It prints `ready`; for each seed that it is told it prints lines `name seconds ess` and `done`.
final class SamplerPeer {
    /// What one run of one model gave.
    struct Sampled {
        /// Processor time of sampling alone.
        let seconds: Double
        /// The smallest bulk effective sample size of any parameter.
        let effectiveSize: Double

        var rate: Double { effectiveSize / seconds }
    }

    private let process = Process()
    private let input = Pipe()
    private let output = Pipe()
    private var unread = ""

    init(python: URL, script: URL, reference: URL) throws {
        process.executableURL = python
        process.arguments = [script.path, reference.path]
        process.standardInput = input
        process.standardOutput = output
        process.environment = ProcessInfo.processInfo.environment.merging(
            ["OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"]
        ) { $1 }
        try process.run()
        guard try line() == "ready" else { throw Peer.Failure(description: "nutpie is not ready") }
    }

    deinit { process.terminate() }

    /// Samples every model once.
    ///
    /// - Parameter seed: where its randomness comes from.
    /// - Returns: what each model gave, by its name.
    /// - Throws: `Peer.Failure` if it has ended or prints something else.
    func sample(seed: Int) throws -> [String: Sampled] {
        try input.fileHandleForWriting.write(contentsOf: Data("\(seed)\n".utf8))
        var results: [String: Sampled] = [:]
        while true {
            let line = try line()
            if line == "done" { return results }
            let words = line.split(separator: " ")
            guard words.count == 3, let seconds = Double(words[1]), let size = Double(words[2])
            else { throw Peer.Failure(description: "nutpie printed '\(line)'") }
            results[String(words[0])] = Sampled(seconds: seconds, effectiveSize: size)
        }
    }

    private func line() throws -> String {
        while true {
            if let end = unread.firstIndex(of: "\n") {
                defer { unread = String(unread[unread.index(after: end)...]) }
                return String(unread[..<end])
            }
            let data = output.fileHandleForReading.availableData
            guard !data.isEmpty else { throw Peer.Failure(description: "nutpie has ended") }
            unread += String(decoding: data, as: UTF8.self)
        }
    }
}
