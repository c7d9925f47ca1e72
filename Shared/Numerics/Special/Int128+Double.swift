extension Int128 {
    /// The nearest number, the even one of two that are as near.
    ///
    /// The same as `Double(self)`, which Swift 6.3 takes apart by generic integers, at a hundred
    /// times the cost.
    public var nearestDouble: Double {
        let magnitude = magnitude
        let high = UInt64(truncatingIfNeeded: magnitude &>> 64)
        let size: Double
        if high == 0 {
            size = Double(UInt64(truncatingIfNeeded: magnitude))
        } else {
            // The first 64 bits decide, and of what comes behind them only whether there is any.
            let shift = 64 - high.leadingZeroBitCount
            let first = UInt64(truncatingIfNeeded: magnitude &>> UInt128(shift))
            let rest = magnitude &<< UInt128(128 - shift)
            size = Double(
                sign: .plus,
                exponent: shift,
                significand: Double(first | (rest == 0 ? 0 : 1))
            )
        }
        return self < 0 ? -size : size
    }
}
