extension Duration {
    /// The seconds, rounded up: what fields of HTTP say of times.
    package var secondsUp: Int64 {
        let (seconds, attoseconds) = components
        return attoseconds > 0 ? seconds + 1 : seconds
    }
}
