import Foundation
import Synchronization

/// Times passes of operations.
enum Measurement {
    /// Where passes leave what they computed, so that it is not optimised away.
    private static let sink = Mutex(0.0)

    /// Repeats a pass for some time.
    ///
    /// - Parameters:
    ///   - seconds: how long.
    ///   - pass: the operation; what it returns depends on all of its work.
    /// - Returns: the fastest pass, in nanoseconds: what disturbs a pass only slows it.
    /// - Throws: what `pass` throws.
    static func fastest(seconds: Double, _ pass: () throws -> Double) rethrows -> Double {
        let clock = ContinuousClock()
        let end = clock.now + .seconds(seconds)
        var fastest = Duration.seconds(3_600)
        repeat {
            let start = clock.now
            let result = try pass()
            fastest = min(fastest, clock.now - start)
            sink.withLock { $0 += result }
        } while clock.now < end
        let (whole, fraction) = fastest.components
        return Double(whole) * 1e9 + Double(fraction) / 1e9
    }
}

/// A program that measures a peer: it prints a line `operation nanoseconds` for each operation.
struct Peer {
    let name: String
    let program: URL

    /// What each run measured: the nanoseconds of a pass, by operation.
    private(set) var runs: [[String: Double]] = []

    init(name: String, program: URL) {
        self.name = name
        self.program = program
    }

    /// A program that failed or printed something else.
    struct Failure: Error, CustomStringConvertible {
        let description: String
    }

    /// Runs the program once.
    ///
    /// - Parameter arguments: its arguments.
    /// - Throws: ``Failure`` if it cannot be run or exits with an error.
    mutating func measure(_ arguments: [String]) throws {
        let process = Process()
        process.executableURL = program
        process.arguments = arguments
        let output = Pipe()
        process.standardOutput = output
        try process.run()
        let data = try output.fileHandleForReading.readToEnd() ?? Data()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else {
            throw Failure(description: "\(name): exit \(process.terminationStatus)")
        }
        var result: [String: Double] = [:]
        for line in String(decoding: data, as: UTF8.self).split(separator: "\n") {
            let words = line.split(separator: " ")
            guard words.count == 2, let nanoseconds = Double(words[1]) else {
                throw Failure(description: "\(name) printed '\(line)'")
            }
            result[String(words[0])] = nanoseconds
        }
        runs.append(result)
    }
}
