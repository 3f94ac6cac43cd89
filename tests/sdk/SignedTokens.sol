// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

/// @notice A dollar that takes no signature at all.
contract PlainDollar {
    uint8 public constant decimals = 6;
    string public constant symbol = "USD";
    string public constant name = "Some Dollar";
    mapping(address => uint256) public balanceOf;
    mapping(address => mapping(address => uint256)) public allowance;

    function mint(address to, uint256 amount) external {
        balanceOf[to] += amount;
    }

    function approve(address spender, uint256 amount) external returns (bool) {
        allowance[msg.sender][spender] = amount;
        return true;
    }

    function transfer(address to, uint256 amount) external returns (bool) {
        _move(msg.sender, to, amount);
        return true;
    }

    function transferFrom(address from, address to, uint256 amount) external returns (bool) {
        allowance[from][msg.sender] -= amount;
        _move(from, to, amount);
        return true;
    }

    function _move(address from, address to, uint256 amount) internal {
        balanceOf[from] -= amount;
        balanceOf[to] += amount;
    }
}

/// @notice What tokens that take signatures have in common: a domain of this name and version.
abstract contract SigningDollar is PlainDollar {
    function _version() internal pure virtual returns (string memory);

    function DOMAIN_SEPARATOR() public view virtual returns (bytes32) {
        return
            keccak256(
                abi.encode(
                    keccak256(
                        "EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"
                    ),
                    keccak256(bytes(name)),
                    keccak256(bytes(_version())),
                    block.chainid,
                    address(this)
                )
            );
    }

    function _require(
        address signer,
        bytes32 structHash,
        uint8 v,
        bytes32 r,
        bytes32 s
    ) internal view {
        bytes32 digest = keccak256(abi.encodePacked(hex"1901", DOMAIN_SEPARATOR(), structHash));
        address found = ecrecover(digest, v, r, s);
        require(found != address(0) && found == signer, "invalid signature");
    }
}

/// @notice ERC-2612, with a domain that only EIP-5267 tells.
contract PermitDollar is SigningDollar {
    mapping(address => uint256) public nonces;

    function _version() internal pure override returns (string memory) {
        return "2024-1";
    }

    function eip712Domain()
        external
        view
        virtual
        returns (bytes1, string memory, string memory, uint256, address, bytes32, uint256[] memory)
    {
        return (hex"0f", name, _version(), block.chainid, address(this), 0, new uint256[](0));
    }

    function permit(
        address owner,
        address spender,
        uint256 value,
        uint256 deadline,
        uint8 v,
        bytes32 r,
        bytes32 s
    ) external virtual {
        require(block.timestamp <= deadline, "expired");
        bytes32 kind = keccak256(
            "Permit(address owner,address spender,uint256 value,uint256 nonce,uint256 deadline)"
        );
        bytes32 hash = keccak256(
            abi.encode(kind, owner, spender, value, nonces[owner]++, deadline)
        );
        _require(owner, hash, v, r, s);
        allowance[owner][spender] = value;
    }
}

/// @notice ERC-3009 as USDC has it: a version that `version()` tells, no EIP-5267, no ERC-2612.
contract AuthorizedDollar is SigningDollar {
    mapping(address => mapping(bytes32 => bool)) public authorizationState;

    function version() external pure returns (string memory) {
        return _version();
    }

    function _version() internal pure override returns (string memory) {
        return "2";
    }

    function receiveWithAuthorization(
        address from,
        address to,
        uint256 value,
        uint256 validAfter,
        uint256 validBefore,
        bytes32 nonce,
        uint8 v,
        bytes32 r,
        bytes32 s
    ) external {
        require(msg.sender == to, "caller must be the payee");
        require(block.timestamp > validAfter && block.timestamp < validBefore, "not in time");
        require(!authorizationState[from][nonce], "used");
        authorizationState[from][nonce] = true;
        bytes32 kind = keccak256(
            "ReceiveWithAuthorization(address from,address to,uint256 value,uint256 validAfter,uint256 validBefore,bytes32 nonce)"
        );
        bytes32 hash = keccak256(abi.encode(kind, from, to, value, validAfter, validBefore, nonce));
        _require(from, hash, v, r, s);
        _move(from, to, value);
    }
}

/// @notice Says by EIP-5267 that its domain has a salt, as some bridged tokens do.
contract SaltedDollar is PermitDollar {
    function DOMAIN_SEPARATOR() public pure override returns (bytes32) {
        return keccak256("with a salt");
    }
}

/// @notice Permits all or nothing, with other parameters, under a typehash that says so.
contract AllOrNothingDollar is SigningDollar {
    bytes32 public constant PERMIT_TYPEHASH = keccak256(
        "Permit(address holder,address spender,uint256 nonce,uint256 expiry,bool allowed)"
    );
    mapping(address => uint256) public nonces;

    function _version() internal pure override returns (string memory) {
        return "1";
    }
}

/// @notice Answers every permit, and changes nothing.
contract DeafDollar is PermitDollar {
    function permit(
        address,
        address,
        uint256,
        uint256,
        uint8,
        bytes32,
        bytes32
    ) external override {}
}
