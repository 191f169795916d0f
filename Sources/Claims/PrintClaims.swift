/// Prints `docs/claims.md`; `scripts/claims` writes it there.
@main enum PrintClaims {
    static func main() { print(ClaimsPage.text(), terminator: "") }
}
