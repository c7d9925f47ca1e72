import CFuzzer
import FuzzTargets
import Glibc
import Wire

/// libFuzzer on the target that the environment's `SEXTANT_FUZZ_TARGET` names; arguments are
/// libFuzzer's. (Not an argument: libFuzzer starts the program again with its own when it merges.)
@main
enum Driver {
    nonisolated(unsafe) private static var target = FuzzTarget.binary

    static func main() {
        let arguments = CommandLine.arguments
        let name = unsafe getenv("SEXTANT_FUZZ_TARGET").map { unsafe String(cString: $0) } ?? ""
        guard let chosen = FuzzTarget(rawValue: name) else {
            let names = FuzzTarget.allCases.map(\.rawValue).joined(separator: " or ")
            print("fuzz: SEXTANT_FUZZ_TARGET is \(names)")
            exit(2)
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
