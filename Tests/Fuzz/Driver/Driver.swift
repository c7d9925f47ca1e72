import CFuzzer
import FuzzTargets
import Glibc
import Wire

/// libFuzzer on one of the targets: `fuzz-codec TARGET [libFuzzer's arguments]`.
@main
enum Driver {
    nonisolated(unsafe) private static var target = FuzzTarget.binary

    static func main() {
        var arguments = CommandLine.arguments
        guard arguments.count > 1, let chosen = FuzzTarget(rawValue: arguments.remove(at: 1)) else {
            let names = FuzzTarget.allCases.map(\.rawValue).joined(separator: " | ")
            print("usage: fuzz-codec \(names) [libFuzzer's arguments]")
            return
        }
        unsafe target = chosen
        // libFuzzer keeps the pointers for as long as the process runs.
        var pointers = unsafe arguments.map { unsafe strdup($0) } + [nil]
        var count = CInt(arguments.count)
        let status = unsafe pointers.withUnsafeMutableBufferPointer { buffer in
            var start = buffer.baseAddress
            return unsafe LLVMFuzzerRunDriver(&count, &start) { bytes, count in
                // libFuzzer lends the bytes for the length of the call.
                unsafe Driver.target.run(
                    RawSpan(_unsafeBytes: UnsafeRawBufferPointer(start: bytes, count: count))
                )
                return 0
            }
        }
        exit(status)
    }
}
