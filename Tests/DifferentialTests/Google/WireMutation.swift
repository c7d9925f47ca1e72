import TestKit
import Wire

/// Damages a message's bytes as networks, bugs and attackers do.
enum WireMutation {
    /// The bytes with a fault, or three.
    static func mutate(_ bytes: [UInt8], using generator: inout SeededGenerator) -> [UInt8] {
        var bytes = bytes
        for _ in 0..<(generator.happens(onceIn: 4) ? 3 : 1) {
            let place = generator.number(in: 0...max(bytes.count - 1, 0))
            switch generator.number(in: 0...6) {
            case 0 where !bytes.isEmpty: bytes[place] ^= 1 << UInt8(generator.number(in: 0...7))
            case 1 where !bytes.isEmpty: bytes.removeSubrange(place...)
            case 2 where !bytes.isEmpty: bytes.remove(at: place)
            case 3: bytes.insert(UInt8(generator.number(in: 0...255)), at: place)
            case 4 where !bytes.isEmpty:
                // Most lengths are one byte: such a change often is to one of them.
                bytes[place] = UInt8(clamping: Int(bytes[place]) + generator.number(in: -2...2))
            case 5: bytes.insert(contentsOf: varint(using: &generator), at: place)
            default:
                let end = min(place + generator.number(in: 1...8), bytes.count)
                bytes.insert(contentsOf: bytes[min(place, end)..<end], at: place)
            }
        }
        return bytes
    }

    /// A varint of any length, whether or not a reader takes it.
    private static func varint(using generator: inout SeededGenerator) -> [UInt8] {
        let count = generator.number(in: 1...11)
        return (1...count).map { index in
            let byte = generator.happens(onceIn: 2) ? 0 : UInt8(generator.number(in: 0...127))
            return index == count ? byte : byte | 0x80
        }
    }
}
