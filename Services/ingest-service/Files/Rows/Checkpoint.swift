/// Where a reader stands between two rows: enough to go on from there another day.
///
/// Without compression the bytes that are needed again begin at the next row. With it they begin at
/// the member or frame in which the row lies; those before the row are unpacked once more and
/// dropped. A file of a single member is unpacked from its start: unpacking is some ten times
/// faster than storing.
public struct Checkpoint: Hashable, Sendable {
    /// The first byte that is needed again, counted in the bytes as they are sent.
    public let sentOffset: Int
    /// What ``sentOffset`` is in the unpacked bytes.
    let anchorOffset: Int
    /// Where the next row starts in the unpacked bytes.
    public let byteOffset: Int
    /// The number of the next row, from 1.
    public let record: Int
    /// How many bytes have been looked at again behind stray quotes.
    let rescannedBytes: Int
    /// How it is packed.
    public let compression: FileCompression

    /// The checkpoint as a text, which ``init(text:)`` reads.
    public var text: String {
        let numbers = [sentOffset, anchorOffset, byteOffset, record, rescannedBytes]
        return (["1", compression.rawValue] + numbers.map { String($0) }).joined(separator: ":")
    }

    init(
        anchor: FileDecoder.Anchor,
        byteOffset: Int,
        record: Int,
        rescannedBytes: Int,
        compression: FileCompression
    ) {
        sentOffset = anchor.sent
        anchorOffset = anchor.unpacked
        self.byteOffset = byteOffset
        self.record = record
        self.rescannedBytes = rescannedBytes
        self.compression = compression
    }

    /// Reads what ``text`` wrote.
    ///
    /// - Parameter text: a checkpoint; anything else gives nil.
    public init?(text: String) {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        let numbers = parts.dropFirst(2).compactMap { Int($0) }
        guard parts.count == 7, parts[0] == "1", numbers.count == 5,
            numbers.allSatisfy({ (0...(1 << 60)).contains($0) }),
            let compression = FileCompression(rawValue: String(parts[1])),
            numbers[1] <= numbers[2], numbers[3] >= 1
        else { return nil }
        self.init(
            anchor: FileDecoder.Anchor(sent: numbers[0], unpacked: numbers[1]),
            byteOffset: numbers[2],
            record: numbers[3],
            rescannedBytes: numbers[4],
            compression: compression
        )
    }

    var anchor: FileDecoder.Anchor {
        FileDecoder.Anchor(sent: sentOffset, unpacked: anchorOffset)
    }
}
