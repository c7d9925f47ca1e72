import Foundation
import Synchronization
import TestKit
import Testing
import Wire

/// google.protobuf, asked through a Python process; `Peers/codec.py` tells the questions.
final class PythonPeer: Sendable {
    /// What there is to ask about a message's bytes.
    enum Question: UInt8 {
        case binaryToBinary = 0x62
        case binaryToJSON = 0x6A
        case binaryToJSONWithProtoNames = 0x70
        case jsonToBinary = 0x74
        case randomFromSeed = 0x72
    }

    /// What it says: the result, or why it refuses the bytes.
    enum Answer: Equatable {
        case accepted([UInt8])
        case refused(String)

        /// The result, or nil if it refused.
        var bytes: [UInt8]? {
            if case .accepted(let bytes) = self { bytes } else { nil }
        }
    }

    /// The process cannot be started, or has died.
    struct Failure: Error, CustomStringConvertible {
        let description: String
    }

    /// The peer of the suite that runs.
    @TaskLocal static var current: PythonPeer?

    private let process: Process
    private let pipes: Mutex<(requests: FileHandle, answers: FileHandle)>

    /// Starts the process.
    ///
    /// - Parameter descriptorSet: the file of a FileDescriptorSet with all types.
    /// - Throws: what Foundation throws if it does not start.
    init(descriptorSet: URL) throws {
        // A peer that dies is an error to be reported, not the end of the tests.
        signal(SIGPIPE, SIG_IGN)
        let (process, ends) = try Process.start { process in
            process.executableURL = Self.python
            process.arguments = [Self.script.path, descriptorSet.path]
            let (requests, answers) = (Pipe(), Pipe())
            process.standardInput = requests
            process.standardOutput = answers
            return (requests.fileHandleForWriting, answers.fileHandleForReading)
        }
        self.process = process
        pipes = Mutex(ends)
    }

    /// Ends the process and waits for it.
    func stop() throws {
        try pipes.withLock { try $0.requests.close() }
        process.waitUntilExit()
        if process.terminationStatus != 0 {
            throw Failure(description: "codec.py ended with status \(process.terminationStatus)")
        }
    }

    /// Asks a question.
    ///
    /// - Parameters:
    ///   - question: what is to be done.
    ///   - payload: the bytes to do it with.
    ///   - schema: the type of the message.
    /// - Returns: the answer.
    /// - Throws: ``Failure`` if the process has ended.
    func ask(
        _ question: Question,
        _ payload: [UInt8],
        as schema: MessageSchema
    ) throws -> Answer {
        let name = Array(schema.fullName.utf8)
        let request = [question.rawValue] + Self.part(name) + Self.part(payload)
        return try pipes.withLock { pipes in
            try pipes.requests.write(contentsOf: Data(request))
            let header = try Self.read(5, from: pipes.answers)
            let length = header[1...].reversed().reduce(0) { $0 << 8 | Int($1) }
            let result = try Self.read(length, from: pipes.answers)
            return header[0] == 1
                ? .accepted(result) : .refused(String(decoding: result, as: UTF8.self))
        }
    }

    /// The canonical form of bytes it accepts.
    func canonicalForm(of bytes: [UInt8], as schema: MessageSchema) throws -> [UInt8]? {
        try ask(.binaryToBinary, bytes, as: schema).bytes
    }

    private static func part(_ bytes: [UInt8]) -> [UInt8] {
        (0..<4).map { UInt8(truncatingIfNeeded: bytes.count >> (8 * $0)) } + bytes
    }

    private static func read(_ count: Int, from file: FileHandle) throws -> [UInt8] {
        var bytes: [UInt8] = []
        while bytes.count < count {
            guard let more = try file.read(upToCount: count - bytes.count), !more.isEmpty else {
                throw Failure(description: "codec.py ended before it answered")
            }
            bytes += more
        }
        return bytes
    }
}

extension PythonPeer {
    private static let folder = URL(filePath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent()
    private static let root = folder.deletingLastPathComponent().deletingLastPathComponent()
    private static let script = folder.appending(path: "Peers/codec.py")
    private static let python = root.appending(path: ".venv/bin/python")

    /// Whether `deploy/install tests` has finished: it copies the list of requirements last.
    static var isInstalled: Bool {
        FileManager.default.fileExists(atPath: root.appending(path: ".venv/requirements.txt").path)
    }

    /// Compiles the test messages and all they import.
    static func writeDescriptorSet(to file: URL) throws {
        let protos = root.appending(path: "Tests/TestKit/Proto")
        let (status, output) = try Process.runToEnd(joinsErrors: true) { protoc in
            protoc.executableURL = URL(filePath: "/usr/bin/env")
            protoc.arguments = [
                "protoc", "-I\(root.appending(path: "Proto").path)", "-I\(protos.path)",
                "--include_imports", "--descriptor_set_out=\(file.path)",
                "sextant/testing/v1/batch.proto", "sextant/testing/v1/everything.proto",
            ]
        }
        if status != 0 {
            throw Failure(description: "protoc: \(String(decoding: output, as: UTF8.self))")
        }
    }
}

/// Runs one Python process for all tests of a suite.
struct PythonPeerTrait: SuiteTrait, TestScoping {
    @concurrent
    func provideScope(
        for test: Test,
        testCase: Test.Case?,
        performing function: @Sendable @concurrent () async throws -> Void
    ) async throws {
        let folder = FileManager.default.temporaryDirectory
            .appending(path: "sextant-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let descriptorSet = folder.appending(path: "descriptors")
        try PythonPeer.writeDescriptorSet(to: descriptorSet)
        let peer = try PythonPeer(descriptorSet: descriptorSet)
        try await PythonPeer.$current.withValue(peer, operation: function)
        try peer.stop()
    }
}

extension Trait where Self == PythonPeerTrait {
    /// One Python process, at `PythonPeer.current`.
    static var pythonPeer: Self { PythonPeerTrait() }

    /// Skips the suite where the process cannot be started.
    static var needsPython: ConditionTrait {
        .enabled(if: PythonPeer.isInstalled, "needs google.protobuf: run `deploy/install tests`")
    }
}
