import Glibc
import Synchronization

private let pathsMade = Atomic<Int>(0)

/// A path for a socket that no other test uses.
func temporarySocketPath() -> String {
    let number = pathsMade.add(1, ordering: .relaxed).newValue
    return "/tmp/sextant-net-\(getpid())-\(number).sock"
}
