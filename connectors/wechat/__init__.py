"""WeChat service accounts: the callback, the customer-service send API, and the channel that uses both.

accounts = load_accounts(settings)                              # {appid: WeChatAccount}
channel = WeChatChannel(accounts, bell.redis, house.pictures)   # plug into Conversations
app.include_router(router(house, accounts))                     # GET and POST /wechat/{appid}
"""

from __future__ import annotations

from connectors.wechat.accounts import WeChatAccount, load_accounts
from connectors.wechat.callback import router
from connectors.wechat.channel import WeChatChannel

__all__ = ["WeChatAccount", "WeChatChannel", "load_accounts", "router"]
