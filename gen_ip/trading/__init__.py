"""The client's part about sales: of licenses and certificates, asked, bid, countered, delivered."""

from __future__ import annotations

from gen_ip.trading.asking import Asking
from gen_ip.trading.bidding import Bidding
from gen_ip.trading.buying import Buying
from gen_ip.trading.certificate_sales import CertificateSales
from gen_ip.trading.delivering import Delivering
from gen_ip.trading.trader import AnyOffer

__all__ = ["AnyOffer", "Trading"]


class Trading(Asking, Bidding, Buying, CertificateSales, Delivering):
    """See `gen_ip.client.GenIP`."""
