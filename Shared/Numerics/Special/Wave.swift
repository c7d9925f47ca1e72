/// The sine and cosine of an angle, with the same bits on every machine.
public struct Wave: Sendable {
    /// The sine.
    public let sine: Double
    /// The cosine.
    public let cosine: Double

    /// The waves at an angle.
    ///
    /// - Parameter turns: the angle over 2π.
    public init(turns: Double) {
        // An eighth of a turn at most is left over after quarters, and so few terms are exact.
        let quarters = (4 * turns).rounded()
        let angle = 2 * Double.pi * (turns - quarters / 4)
        let square = angle * angle
        var (sine, cosine) = (0.0, 0.0)
        for term in stride(from: 18.0, through: 2, by: -2) {
            cosine = -square / (term * (term - 1)) * (1 + cosine)
            sine = -square / (term * (term + 1)) * (1 + sine)
        }
        let (s, c) = (angle * (1 + sine), 1 + cosine)
        switch Int(quarters - 4 * (quarters / 4).rounded(.down)) {
        case 0: (self.sine, self.cosine) = (s, c)
        case 1: (self.sine, self.cosine) = (c, -s)
        case 2: (self.sine, self.cosine) = (-s, -c)
        default: (self.sine, self.cosine) = (-c, s)
        }
    }
}
