"""The client's part about sales: of licenses and certificates, asked, bid, countered, delivered."""

from __future__ import annotations

from gen_ip.methods.trading.asking import Asking
from gen_ip.methods.trading.bidding import Bidding
from gen_ip.methods.trading.buying import Buying
from gen_ip.methods.trading.certificate_sales import CertificateSales
from gen_ip.methods.trading.delivering import Delivering
from gen_ip.methods.trading.trader import AnyOffer

__all__ = ["AnyOffer", "Trading"]


class Trading(Asking, Bidding, Buying, CertificateSales, Delivering):
    """See `gen_ip.client.GenIP`."""
