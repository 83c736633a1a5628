# A formula for Homebrew on Linux: `brew install ./net-scout.rb`.
class NetScout < Formula
  desc "Looks for scans and probes in the events of a firewall"
  version "@VERSION@"
  license "MIT"
  url "@URL@/@ARCHIVE@"
  sha256 "@SHA256@"

  depends_on :linux
  depends_on arch: :@ARCH@

  def install
    bin.install "bin/net-scout"
    man1.install Dir["share/man/man1/*"]
    bash_completion.install "share/bash-completion/completions/net-scout"
    fish_completion.install "share/fish/vendor_completions.d/net-scout.fish"
    zsh_completion.install "share/zsh/site-functions/_net-scout"
    doc.install Dir["share/doc/net-scout/*"]
  end

  test do
    assert_match version.to_s, shell_output("#{bin}/net-scout --version")
  end
end
