import Foundation

@testable import Telemetry

/// A pipe of the system, both ends of which a test opens and closes.
final class TestPipe: @unchecked Sendable {
    // `@unchecked`: the descriptors never change; each end is closed once, by the test.
    let readEnd: Int32
    let writeEnd: Int32

    init() {
        var ends: [Int32] = [-1, -1]
        // It writes two descriptors.
        let code = unsafe pipe(&ends)
        precondition(code == 0, "no pipe: error \(errno)")
        // Programs that other tests start must not keep them open.
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        readEnd = ends[0]
        writeEnd = ends[1]
    }

    /// Reads all that is written while a closure runs, which closes the write end.
    static func output(of descriptor: Int32, while body: @escaping @Sendable () -> Void) -> [UInt8]
    {
        let output = Monitor<[UInt8]>([])
        onThreads(2) { number in
            if number == 0 {
                let bytes = readAll(descriptor)
                output.withLock { $0 = bytes }
            } else {
                body()
            }
        }
        return output.withLock { $0 }
    }

    /// Reads all there is until every write end is closed, then closes the read end.
    static func readAll(_ descriptor: Int32) -> [UInt8] {
        defer { close(descriptor) }
        var all: [UInt8] = []
        while let more = read(descriptor, upTo: 65_536), !more.isEmpty { all += more }
        return all
    }

    /// Reads what is there, at least a byte; empty at the end, nil on an error.
    static func read(_ descriptor: Int32, upTo count: Int) -> [UInt8]? {
        var piece = [UInt8](repeating: 0, count: count)
        while true {
            // It writes no more than the piece has room for.
            let got = unsafe Glibc.read(descriptor, &piece, count)
            if got >= 0 { return Array(piece[..<got]) }
            if errno != EINTR { return nil }
        }
    }
}
