internal import Wire

/// A number for a path that its channels' names decide: not the order in which rows came, nor the
/// process.
struct PathIdentity {
    private let names: [UInt64]

    init(_ channels: ChannelNames) {
        names = channels.names.map { name in
            ChannelNames.hash(name.utf8Span.span.asRawSpan)
        }
    }

    func hash(_ path: Span<ChannelNames.ID>, ages: Span<UInt32> = Span()) -> UInt64 {
        var hash = UInt64(path.count)
        for touch in path.indices {
            hash = Mixing.mix(hash &* 0x9e37_79b9_7f4a_7c15 ^ names[Int(path[touch])])
        }
        for touch in ages.indices {
            hash = Mixing.mix(hash &* 0x9e37_79b9_7f4a_7c15 ^ UInt64(ages[touch]))
        }
        return hash
    }
}
