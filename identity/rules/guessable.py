"""The passwords attackers try first, case folded: well-known lists agree on these. Extend it; never shorten it."""

from __future__ import annotations

_WORDS = """
000000 00000000 0987654321 102030 111111 11111111 112233 11223344 121212 123123 123321 12341234 12344321 12345
123454321 123456 1234567 12345678 123456789 1234567890 123456a 123456abc 123456q 12345q 12345qwert 1234abcd
1234qwer 123654 123abc 123qwe 12qwaszx 13579 147258 147258369 159357 159753 1a2b3c 1q2w3e 1q2w3e4r 1q2w3e4r5t
1qaz2wsx 1qaz2wsx3edc 1qazxsw2 222222 246810 333333 444444 456789 555555 654321 666666 741852963 777777 789456
789456123 87654321 888888 88888888 963852741 987654321 999999 a123456 a12345678 a1b2c3 a1b2c3d4 aa123456 aaaaaa
aaaaaaaa abc123 abc12345 abcabc abcd1234 abcdef abcdefg abcdefgh access access14 account admin admin123
admin1234 adminadmin administrator administrator1 amanda anderson andrew android angel angels anthony anything
apple april arsenal arsenal1 asdf1234 asdfasdf asdfgh asdfghjkl ashley august autumn autumn1 azerty azertyuiop
baby babyboy babygirl banana baseball basketball batman bear beatles beautiful beer birthday biscuit blank
blessed blink182 blossom blueberry board britain brother business buster butter celtic changeit changeme
changeme123 changemenow changethis charlie charlie1 cheese chelsea chelsea1 cherry chicken chocolate christ
christmas coffee company computer cookie correct-horse-battery-staple correcthorsebatterystaple corvette cricket
crystal daddy dance dancer daniel darling database david december default diamond director donkey dragon
dragon123 eagle elvis eminem england england1 england123 everton everything facebook faith falcon family father
february ferrari flower football football1 football123 forever freedom friday gandalf george ginger golden
golfer goodbye google gorgeous government grace grandma guest guestguest guitar handsome hannah harley harry
heaven hello hello123 hellohello hobbit hockey honey horse hunter hunter2 iamtheadmin ilovemyfamily ilovemywife
iloveu iloveyou iloveyou1 inspection inspector instagram internet iphone ireland jack jackson james january
january1 jennifer jessica jesus jesus1 johnson jordan jordan23 joseph joshua july june justice killer leeds
lemon leopard letmein letmein1 letmein123 letmeinnow letmeinplease linkedin lion liverpool liverpool1 lkjhgfdsa
login logon london london1 london123 lovely lover lovers loveyou madonna maggie magic manager manchester manutd
march master matrix matthew member mercedes merlin metallica michael michelle microsoft minecraft mnbvcxz monday
monday1 monitor monitoring monkey mother muffin mummy music mustang mypassword mypassword1 mypassword123 mystery
naruto network newcastle newpassword nicole nintendo nirvana none nopassword nothing november november1 null
october office officer oliver opensaysme opensesame orange p@ssw0rd p@ssword pa55w0rd pa55word panther party
pass pass1234 passcode passpass passphrase passw0rd password password! password1 password12 password123
password1234 password12345 password123456 passwords peanut pepper phoenix pikachu playstation poiuytrewq pokemon
police porsche princess prison prisoner private protect pumpkin purple pwd q1w2e3r4 q1w2e3r4t5 qazwsx qazwsxedc
queen qwe123 qweasd qweasdzxc qwer1234 qwerty qwerty123 qwerty1234 qwerty12345 qwerty123456 qwertyui qwertyuiop
rabbit rainbow ranger rangers richard robert rockyou root rootroot rugby safety samantha samsung sasuke saturday
scotland secret secret123 secure security september server service services sexy shadow silver sister slipknot
smith soccer soldier something spiderman spring spring1 starwars strawberry sugar summer summer1 summer123
sunday sunday1 sunshine superman superuser sweetheart sysadmin system taylor temp temp1234 temporary tennis test
test123 test1234 tester testing testtest thisisapassword thisismypassword thomas thompson thursday tiger tigger
toor topsecret tottenham trinity trustno1 tuesday turkey twitter undefined unitedkingdom unknown user username
vodka wales warrior wednesday welcome welcome1 welcome12 welcome123 whatever whisky william williams windows
winter winter1 winter123 wizard wolf yamaha yellow youtube zaq12wsx zaq1zaq1 zxcvbn zxcvbnm zxcvbnm123
"""

COMMON = frozenset(_WORDS.split())
